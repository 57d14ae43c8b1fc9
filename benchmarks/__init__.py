"""What `manage.py bench` measures: real HTTP against a server of its own, on a database of its own, on loopback."""
