// FluxgateLedger
