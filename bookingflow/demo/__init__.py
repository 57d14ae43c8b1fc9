"""The demo venues: what they are (one file each), whom they were booked by, and how they get into the database.

All of it goes through the services that everybody uses. Dates are relative to the day of loading, and drawn from a
seed of venue and day, so that a venue looks alive whenever it is loaded and two loads on one day look the same.
"""
