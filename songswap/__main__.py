"""What an operator does on the command line: python -m songswap COMMAND …"""

import sys

from songswap.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
