"""When a touch may go out (RS7, B11): from the lines of ``allow`` to a moment, with its reasons.

Pure: no clock and no I/O but the tables of time zones and holidays that are installed.
"""
