print("gossipnode")
