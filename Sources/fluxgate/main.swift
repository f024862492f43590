print("fluxgate")
