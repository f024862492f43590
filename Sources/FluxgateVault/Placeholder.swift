// FluxgateVault
