print("gossiplab")
