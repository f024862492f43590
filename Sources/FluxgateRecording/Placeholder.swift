// FluxgateRecording
