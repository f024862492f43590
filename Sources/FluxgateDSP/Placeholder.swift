// FluxgateDSP
