// FluxgateSimulation
