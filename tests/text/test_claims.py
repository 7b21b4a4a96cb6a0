"""Spanish of comments: what is a claim, a denial, a quantity or a breakdown, and what is left alone."""

import pytest

from poa_eval.text.claims import find_quantities, read_claim, split_parts

MARCH = range(3, 4)


@pytest.mark.parametrize(
    "text",
    [
        "Se cumplió la meta",
        "SE CUNPLIO LA META",
        "META CUMPLIDA GRACIAS A LAS PARCIALIDADES SE LOGRO INCREMENTAR LA META",
        "SE LLEGO A LA META , GRACIAS AL TRABAJO EN EQUIPO",
        "Se alcansó lo programado",
        "La meta del mes de marzo se cumplió",
        "La meta ha sido superada",
        "Meta superada en un 15 %",
        "Hemos cumplido con la meta",
        "Se cumplió al 100% con la meta",
        "Sí se cumplió la meta",
        "No solo se cumplió la meta: se superó",
        "No obstante las lluvias, se cumplió la meta",
        "No hubo retrasos y se cumplió la meta",
        "Sin contratiempos se cumplió la meta",
        "Se logró cumplir la meta",
        "Se cumplió",
        "Se dio cumplimiento a la meta",
        "Se alcanzó el 100 % de la meta",
        "LA META SI SE CUMPLIO",
        "Se cumplió la meta del mes",
        "Se cumplió la meta en tiempo y forma",
    ],
)
def test_claims(text):
    assert read_claim(text, MARCH) is True


@pytest.mark.parametrize(
    "text",
    [
        "No se cumplió la meta",
        "NO SE CUMPLIO CON LA META POR NO HABER CONTRATANTES",
        "META, NO CUMPLIDA YA QUE SE CAMBIO ESTRATEGIA DE TRABAJO",
        "No fue posible alcanzar la meta",
        "No se logró llegar a la meta",
        "No se ha cumplido la meta debido a la pandemia",
        "La meta no se alcanzó; se espera cumplirla en abril",
        "No se cumplió la meta, se espera mejorar",
        "Nunca se llegó al objetivo",
        "Se incumplió la meta",
        "Quedamos por debajo de la meta",
        "No se cumplió al 100% la meta",
        "Aún no se cumple la meta",
        "No cumplida",
        "No se dio cumplimiento a la meta",
        "No se logró el 100% de lo programado",
    ],
)
def test_denials(text):
    assert read_claim(text, MARCH) is False


@pytest.mark.parametrize(
    "text",
    [
        "Si se cumplió la meta fue por el clima",
        "SI SE CUMPLIO LA META",
        "¿Se cumplió la meta?",
        "De haberse cumplido la meta habría ahorro",
        "Cuando se cumplió la meta se pagó el bono",
        "Se espera que se cumpla la meta en abril",
        "Para llegar a la meta se contratará personal",
        "Se capacitará para que la meta quede cumplida",
        "Se cumplirá la meta",
        "Casi se cumplió la meta",
        "Se cumplió parcialmente la meta",
        "Meta cumplida al 80 %",
        "Meta cumplida en 8 de 10 municipios",
        "No creo que se cumplió la meta",
        "NO, SE CUMPLIÓ LA META",
        "No se superó la meta",
        "No se cumplió la meta de enero, pero se cumplió la de marzo",
        "En febrero se cumplió la meta",
        "Se cumplió la meta anual",
        "Meta trimestral cumplida",
        "La meta cumplida el año anterior fue mayor",
        "No se cumplió con la entrega de informes",
        "Se cumplió con la normatividad",
        "No se logró contratar personal",
        "Se logró incrementar la meta",
        "El logro de la meta depende del presupuesto",
        "Sin novedad",
        "Se cumplió con la meta de atención ciudadana",
        "No llegó a la meta el proveedor",
        "El proveedor no llegó a la meta",
        "No se tuvo problema en que se cumplió la meta",
    ],
)
def test_what_is_no_claim_or_not_sure_is_left_alone(text):
    assert read_claim(text, MARCH) is None


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("98 reconexiones del mes de marzo/23", [98]),
        ("Se hicieron 98 reconecciones", [98]),
        ("98 de 120 reconexiones", [98]),
        ("32,925 reconexiones", [32925]),
        ("60 reconexiones y 38 reconexiones", [60, 38]),
        ("60 reconexiones en el norte y 38 reconexiones en el sur", []),
        ("12 reconexiones de emergencia", []),
        ("12 reconexiones se cancelaron", []),
        ("98 reconexiones de usuarios", [98]),
        ("1 098 reconexiones", [1098]),
        ("2 000 reconexiones", [2000]),
        ("1.098 reconexiones", []),
        ("98 reconexiones en enero", []),
        ("meta de 120 reconexiones", []),
        ("faltaron 17 reconexiones", []),
        ("17 reconexiones pendientes", []),
        ("se realizarán 98 reconexiones", []),
        ("98 % de reconexiones", []),
        ("98 por ciento de reconexiones", []),
        ("2023 reconexiones", []),
        ("art. 27 reconexiones", []),
        ("Oficio No. 98 reconexiones", []),
        ("enero/23 reconexiones", []),
        ("27/03/2023 reconexiones", []),
        ("$98 reconexiones", []),
        ("de 90 a 98 reconexiones", []),
        ("14 solicitudes de reconexiones", []),
    ],
)
def test_quantities(text, quoted):
    found = find_quantities(text, frozenset({"reconexiones"}), "es_MX", MARCH, frozenset({"usuarios"}))
    assert [value for _, value, _ in found] == quoted


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("CENTRO 50/NORTE 40/ SUR 26", 116),
        ("MORELOS 32,925/ PERIFERICO 33,909/ MOVIL 681 /MAQUILADORA 317", 67832),
        ("Centro: 50; Norte: 40; Sur: 26", 116),
        ("Centro: 50, Norte: 40 y Sur: 26. Se atendió a todos.", 116),
        ("Desglose: 50 en Centro, 40 en Norte y 26 en Sur", 116),
        ("CENTRO 50/ NORTE 40/ SUR 26/ TOTAL 116", 116),
        ("CENTRO 50/ NORTE 40", 0),
        ("del 01/02/2023 al 03/04/2023", 0),
        ("enero/23, febrero/23 y marzo/23", 0),
        ("enero 2023/ febrero 2023/ marzo 2023", 0),
        ("enero 10, febrero 20, marzo 30", 0),
        ("colonia 5, calle 12, lote 8", 0),
        ("art. 27/ art. 28/ art. 30", 0),
        ("Centro 50%/ Norte 40%/ Sur 10%", 0),
        ("Centro $50, Norte $40, Sur $26", 0),
        ("Se visitó Centro, Norte y Sur", 0),
        ("Morelos: 40\nCentro: 30\nSur: 20", 90),
        ("Se atendió a todos.\n- Morelos 40\n- Centro 30\n- Sur 20\nTotal 90", 90),
        ("MORELOS 40/ CENTRO 30/ MAQUILADORA 317 TOTAL 387", 387),
        ("Programado 120, realizado 98, pendiente 22", 0),
        ("Meta: 120, ejecutado: 98, diferencia: 22", 0),
        ("Recibidas 120, atendidas 98, pendientes 22", 0),
        ("12 talleres, 35 asistentes y 3 municipios", 0),
        ("3 camiones, 5 operadores, 98 viajes", 0),
        ("Telefono 5512, ext 20, oficina 3", 0),
        ("Centro: 50, Norte 40, Sur 26", 0),
    ],
)
def test_breakdowns(text, total):
    assert sum(value for _, value in split_parts(text, "es_MX", MARCH)) == total
