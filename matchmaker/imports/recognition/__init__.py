"""Fields of a form, recognised in lines of text by plain rules: what a product is, and who a company is."""

from matchmaker.imports.recognition.companies import company_fields
from matchmaker.imports.recognition.products import product_fields
from matchmaker.imports.recognition.sheet_rows import sheet_row_fields

__all__ = ["company_fields", "product_fields", "sheet_row_fields"]
