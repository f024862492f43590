// FluxgateDevice
