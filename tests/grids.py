"""A small table in several dirty forms, and a layout for it."""

YAML = """
nombre: obras
titulo: Plan de obras
institucion: Municipio
locale: {locale}
ediciones:
  "1":
    clase: tabla
    encabezado: {{filas: 2}}
    contexto: ["PLAN {{ejercicio}}", "DIRECCIÓN: {{responsable}}"]
    columnas:
      unidad: [Unidad, Dirección]
      actividad: Actividad
      unidad_medida: U. de M.
      meta_anual: Meta anual
    periodos:
      - {{columna: programado, grupo: Programado, encabezados: [T1, T2, T3, T4]}}
      - {{columna: ejecutado, grupo: Ejecutado, encabezados: [T1, T2, T3, [T4, IV]]}}
    rellenar: [unidad]
    ignorar: [Observaciones]
    ignorar_filas: ["Subtotal*"]
    totales: {{texto: TOTAL}}
    vacios: [NP, "-"]
"""

TOP = ["Unidad", "Actividad", "U. de M.", "Meta anual", "Programado", None, None, None, "Ejecutado", None, None, None]

SUB = [None] * 4 + ["T1", "T2", "T3", "T4"] * 2

ROWS = [
    ["Obras", "Bacheo", "m2", 1000, 250, 250, 250, 250, 240, 300, None, None],
    [None, "Pintura", "km", 10, 0, 5, 5, 0, None, 5, None, None],
    ["Aseo", "Barrido", "km", 40, 10, 10, 10, 10, 10, 10, None, None],
]

TOTAL = ["TOTAL", None, None, 1050, 260, 265, 265, 260, 250, 315, None, None]


def as_text(rows):
    return ["\t".join("" if cell is None else str(cell) for cell in row) for row in rows]


def grid(*lines):
    return [*([line] for line in lines), TOP, SUB, *ROWS, TOTAL]
