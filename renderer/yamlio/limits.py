"""How large a YAML file may be. Real catalogs stay far below; bombs do not."""

MAX_BYTES = 4 << 20
MAX_VALUES = 250_000
# Of a text within a file, of which there may be many: so many more for each byte of it.
MAX_VALUES_NESTED = 1_000
MAX_VALUES_A_BYTE = 4
MAX_CHARACTERS = 16 << 20  # with what an alias names, wherever it stands
MAX_DEPTH = 100
MAX_PROBLEMS = 100
