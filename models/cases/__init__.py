"""Rings of billing providers: who shares more members or physicians than chance has it, drawn into cases."""
