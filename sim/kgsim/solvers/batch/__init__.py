"""Many strategic games of one shape at once, compiled: reduced, solved where generic or tied, the rest one by one."""
