"""A commune's registry as one Excel workbook: written blank or filled, read, checked, applied all or nothing."""
