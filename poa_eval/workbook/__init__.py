"""The workbook of a run, evaluacion.xlsx, with live formulas."""
