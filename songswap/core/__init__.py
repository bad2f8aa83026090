"""The rules, pure: what is known goes in, what to do comes out. No waiting, no clock, no chance, no files."""
