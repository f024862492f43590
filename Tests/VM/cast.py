"""The virtual devices of the bench. They run outside the virtual machine, at full speed, and each has
a port of its own; a fault's time counts from the gateway's first word to that device."""

FIRST_PORT = 3240
# What the machine inside calls the one outside; nothing else can be reached from there.
ADDRESS = "10.0.2.100"

CAST = {
    "heart": ["heart"],
    "glucose": ["glucose"],
    "heart-faults": ["heart", "--fault", "drop@3", "--fault", "corrupt@4", "--fault", "unplug:2@6"],
    "glucose-faults": ["glucose", "--fault", "unplug:2@6"],
    "brain": ["brain"],
    "brain-faults": ["brain", "--fault", "halt@2", "--fault", "unplug:2@4"],
    "libre": ["libre"],
}


def port(name):
    return FIRST_PORT + list(CAST).index(name)
