"""What is said about a file or a feed that cannot be read."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def unreadable(code: str, facts: Mapping[str, Any]) -> str:
    """One sentence that says what was seen and what to do."""
    sentence = {
        "empty": _("There is no row in this file."),
        "old_workbook": _("This is a workbook in the old .xls format. Save it as .xlsx and send that."),
        "not_a_sheet": _("This is not a table. Send a CSV file or an XLSX workbook."),
        "not_a_workbook": _("This archive is not an XLSX workbook."),
        "binary": _("This file holds no text we can read. Send a CSV file or an XLSX workbook."),
        "damaged": _("This file is damaged. Open it in a spreadsheet program, save it again and send the new file."),
        "too_many_cells": _(
            "A file may have up to %(limit)s cells and 100 million characters; this one has more. Split it."
        ),
        "stopped": _("Reading this file failed several times, so it was stopped. Send it as CSV, or in smaller parts."),
        "feed_failed": _("Reading this address failed on our side. It is tried again by itself."),
        "feed_stopped": _(
            "Reading this address failed several times, so it was paused. Make what it answers with smaller or"
            " plainer, then choose “Read it now”."
        ),
        "macros": _("This workbook holds macros. Save it as .xlsx without them and send that."),
        "too_large_inside": _("This workbook is too large once it is unpacked. Split it into smaller ones."),
        "doctype": _("This workbook declares entities, which spreadsheets do not. It was not opened."),
        "no_sheet": _("This workbook has no sheet one can see."),
        "wrong_encoding": _(
            "This file was taken for %(encoding)s and cannot be read as that from row %(row)s on. Choose another."
        ),
        "too_many_rows": _("A file may have up to %(limit)s rows; this one goes on after row %(row)s. Split it."),
        "too_many_columns": _("Row %(row)s has %(count)s columns; up to %(limit)s are read."),
        "cell_too_long": _(
            "A cell in row %(row)s has more than %(limit)s characters. Perhaps a quotation mark was not closed."
        ),
        "quote_not_closed": _("A quotation mark that opens in row %(row)s is never closed."),
        "status": _("The address answered with %(status)s instead of 200."),
        "unreachable": _("The address could not be read: %(why)s."),
        "refused": _("It was not imported: %(why)s"),
        "json_invalid": _("This is not JSON, or not in UTF-8."),
        "json_shape": _(
            "The JSON must be a list of demands, each flat but for its lines, or an object with one under “demands”."
        ),
        "no_ref": _("No column holds the number of a demand. Call it “id”."),
        "feed_too_long": _("A feed may have up to %(limit)s rows."),
        "feed_too_large": _("A feed may have up to %(limit)s MB."),
        "many_gone": _(
            "%(gone)s of %(here)s lines are not in the feed any more. They stay until you say that they may go."
        ),
        "some_rejected": _("%(n)s rows were refused; the others are in."),
        "quote_inside": _(
            "In row %(row)s a quotation mark stands inside a cell. Write it twice, or put the cell in quotes."
        ),
    }[code]
    return sentence % {"row": facts.get("at", 1), **facts} if "%(" in sentence else sentence
