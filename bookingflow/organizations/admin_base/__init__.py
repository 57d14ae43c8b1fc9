"""The ground of the staff's admin, used by the `admin` modules of every app."""
