"""The words of the program as frozen types. Times are UTC epoch milliseconds, durations carry their unit."""
