"""The way in for a checkout: `python cli.py` is `kg`."""

from kg.commands import main

if __name__ == "__main__":
    main()
