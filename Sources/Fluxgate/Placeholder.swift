// Fluxgate
