"""The kinds of addresses that a person can have, a module each; a row of the table ``address_kind`` goes with it.

``canonical`` of each module returns the one spelling in which the store keeps an address, and raises BadAddress for
what is none.
"""
