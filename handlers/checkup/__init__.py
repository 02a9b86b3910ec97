"""The checkup: what keeps Yingda from answering, and what to do about it, for `doctor` and /doctor."""
