"""The contract with a real server: recorded requests and answers, and their replay against the emulator."""
