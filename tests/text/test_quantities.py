"""Quantities in sentences: what says how much, and what only looks like a number."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poa_eval.text import quantities
from poa_eval.text.names import fold_letters
from poa_eval.text.quantities import find_quantity

TARGETS = """
Disminuir un 20% el gasto en servicios personales.|20%
disminuir un 20 %|20 %
Que se elimine al 100% la resistencia del personal|100%
Atender 500 usuarios|500
Gestionar por lo menos tres cotizaciones en todas las compras.|tres
Atender 2000 usuarios|2000
Dos mil usuarios atendidos|Dos mil
Capacitar a treinta y una personas|treinta y una
Garantizar la alimentación en 2000 raciones por año|2000
Recaudar $2,000,000|$2,000,000
Pavimentar 5km de calles|5
Reducir a la mitad la mora|a la mitad
Cien por ciento de las solicitudes|Cien por ciento
1.5 toneladas de basura|1.5
1.1 Realizar 12 visitas|12
Meta: 5|5
Llegar al 95%.|95%
Responder en 5 días hábiles|5
Realizar 3 informes conforme al artículo 115|3
Plantar 1950 árboles en 2024|1950
Reducir la mora de 12 meses a 6 meses|6
Incrementar a 17 el número de efectivos|17
Diseñar cuatro (04) zonas de estacionamiento|cuatro
10-15 usuarios por día|10
Cero accidentes|Cero
Atender 2/3 de las solicitudes|2/3
Duplicar la recaudación|Duplicar
Llegar al doble de usuarios|al doble
Recaudar Q500|500
Recaudar Q 500|500
Llegar a una cobertura 80|80
Ejercer un presupuesto 1,500,000|1,500,000
Recaudar Q1,500,000|1,500,000
Cobrar el IVA al 16% a 500 usuarios|500
Aplicar las NIIF 16 en 3 unidades|3
Impartir el taller 3 veces|3
Reducir la cartera vencida a 10%|10%
"""
NO_TARGETS = """
REVISION DEL EJERCICIO FISCAL 2016
Ejercicio fiscal dos mil dieciséis
2024
POA-2022
Plan Municipal de Desarrollo 2021-2024
Cuentas públicas de 2016 revisadas
En el año 2023 se realizarán reuniones
Cumplir la Ley 123
Ley N° 27972
Decreto 1072 de 2015
artículos 115, 116 y 123 de la Constitución de 1917
Art. 115, fracción IV
Norma Oficial Mexicana 035
ISO 9001:2015
Poner en marcha la segunda fase del proyecto
Entregar el 1er y el 2do informe
Concluir la fase 2
Cumplir la meta 1.1 del objetivo 3
1.1 Mejorar la atención
1.1.1 Extensión de documentos
2. Ejecutar proyectos, y acciones
4.Revisar y modificar
1.- Buen ambiente laboral. 2.- Personal capacitado
Del 01 de enero al 31 de diciembre de 2024
30/jun/2017
quince de marzo
El 15 de cada mes
A las 8:00 horas
Tel. 387 763 0010
33-3617-2222
Sala 4, oficina 12
Reportes CT1
Reuniones cada 15 días
Identificar cuáles sectores son los que tienen más de 60 días de mora
AJUSTES EN ADEUDOS DE HASTA 24 MESES
Usuarios que presentan un rezago de 12 meses en adelante
Atender a niños de 6 a 12 años
Coordinar a los tres niveles de gobierno
Una capacitación
CUADERNILLOS TRIBUTARIOS 2023
Agenda 2030
RECAUDACION
Calle Mina 224
Aplicar el D.L. 276
Aplicar la NIIF 16
Sesión 45
Preparar la sesión 45
Gestión del siglo 21
Windows 10
Migrar los equipos a Windows 10
Cobrar el IVA al 16%
Recuperar la cartera vencida a 90 días
Reporte del Q1
Evitar duplicar trámites
Expediente por duplicado
"""
ONES = "_ uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis".split()
ONES += "diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco".split()
ONES += "veintiséis veintisiete veintiocho veintinueve".split()
TENS = "_ _ _ treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
HUNDREDS = "_ ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos".split()
HUNDREDS += ["novecientos"]
YEARS = st.integers(1900, 2099)


def spell(number):
    """Write a number up to 9999 in Spanish words."""
    if number >= 1000:
        return " ".join(filter(None, [spell(number // 1000) if number >= 2000 else "", "mil", spell(number % 1000)]))
    if number >= 100:
        return "cien" if number == 100 else f"{HUNDREDS[number // 100]} {spell(number % 100)}".strip()
    if number >= 30:
        return TENS[number // 10] + (f" y {ONES[number % 10]}" if number % 10 else "")
    return ONES[number] if number else ""


@pytest.mark.parametrize("line", TARGETS.strip().splitlines())
def test_a_quantity_is_found_as_it_is_written(line):
    text, said = line.split("|")
    assert find_quantity(text) == said


@pytest.mark.parametrize("text", NO_TARGETS.strip().splitlines())
def test_what_says_no_quantity(text):
    assert find_quantity(text) is None


@given(st.integers(2, 1899) | st.integers(2100, 9999))
def test_numbers_count_in_figures_and_in_words(number):
    for written in (str(number), spell(number), spell(number).upper()):
        assert find_quantity(f"Realizar {written} visitas") == written


@given(YEARS)
def test_years_count_only_before_what_is_counted(year):
    for written in (str(year), spell(year)):
        for text in (f"Revisión del ejercicio fiscal {written}", f"Informe del año {written}", f"En {written} mejorar"):
            assert find_quantity(text) is None, text
        assert find_quantity(f"Atender {written} usuarios") == written
        assert find_quantity(f"Subir 5 % en {written}") == "5 %"


@given(YEARS, YEARS, st.sampled_from("-–/"), st.integers(1, 31))
def test_spans_and_dates_say_no_quantity(first, last, dash, day):
    for text in (f"Plan {first}{dash}{last}", f"el {day} de mayo de {first}", f"{day:02}/05/{first}", f"mayo {first}"):
        assert find_quantity(text) is None, text


@given(st.text(string.ascii_letters + "áéíóúñ ,.;:()/-%°$«»\n" + string.digits, max_size=80))
def test_any_text_is_read_and_no_digit_no_figure(text):
    found = find_quantity(text)
    if found:
        assert found in text
    assert find_quantity("".join(c for c in text if c in "áéíóúñ ,.;:()/-%°$«»\n")) is None


def test_composed_and_decomposed_letters_are_alike():
    assert find_quantity("Ejercicio dos mil diecise\u0301is") is None
    assert find_quantity("Veintido\u0301s visitas") == "Veintidós"


@pytest.mark.parametrize("example", quantities._NO_QUANTITY)
def test_each_way_of_writing_no_quantity_is_needed_for_its_example(example, monkeypatch):
    expression = quantities._NO_QUANTITY[example]
    assert re.search(expression, fold_letters(example))
    assert find_quantity(example) is None
    others = tuple(pattern for pattern in quantities._BLOTTED if pattern.pattern != expression)
    monkeypatch.setattr(quantities, "_BLOTTED", others)
    assert find_quantity.__wrapped__(example) is not None
