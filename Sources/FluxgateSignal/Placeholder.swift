// FluxgateSignal
