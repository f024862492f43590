// FluxgateKernels
