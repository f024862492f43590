// FluxgateTransport
