// Topologies/quickstart-16.json, so that the program needs no file to start; a test holds the two equal.

extension BuiltInExperiments {
    static let quickstartTopology = """
        {
          "directed": false,
          "multigraph": false,
          "graph": {
            "name": "quickstart-16",
            "gossipnode": {"version": 1, "weights": "metropolisHastings"}
          },
          "nodes": [
            {"id": "0"},
            {"id": "1"},
            {"id": "2"},
            {"id": "3"},
            {"id": "4"},
            {"id": "5"},
            {"id": "6"},
            {"id": "7"},
            {"id": "8"},
            {"id": "9"},
            {"id": "10"},
            {"id": "11"},
            {"id": "12"},
            {"id": "13"},
            {"id": "14"},
            {"id": "15"}
          ],
          "edges": [
            {"source": "0", "target": "1"},
            {"source": "0", "target": "2"},
            {"source": "0", "target": "6"},
            {"source": "0", "target": "7"},
            {"source": "0", "target": "9"},
            {"source": "0", "target": "12"},
            {"source": "1", "target": "6"},
            {"source": "1", "target": "7"},
            {"source": "1", "target": "10"},
            {"source": "1", "target": "11"},
            {"source": "1", "target": "14"},
            {"source": "2", "target": "4"},
            {"source": "2", "target": "9"},
            {"source": "2", "target": "11"},
            {"source": "2", "target": "14"},
            {"source": "2", "target": "15"},
            {"source": "3", "target": "4"},
            {"source": "3", "target": "6"},
            {"source": "3", "target": "8"},
            {"source": "3", "target": "9"},
            {"source": "3", "target": "12"},
            {"source": "3", "target": "15"},
            {"source": "4", "target": "5"},
            {"source": "4", "target": "6"},
            {"source": "4", "target": "7"},
            {"source": "4", "target": "12"},
            {"source": "5", "target": "8"},
            {"source": "5", "target": "9"},
            {"source": "5", "target": "10"},
            {"source": "5", "target": "11"},
            {"source": "5", "target": "14"},
            {"source": "6", "target": "8"},
            {"source": "6", "target": "15"},
            {"source": "7", "target": "8"},
            {"source": "7", "target": "13"},
            {"source": "7", "target": "14"},
            {"source": "8", "target": "10"},
            {"source": "8", "target": "13"},
            {"source": "9", "target": "10"},
            {"source": "9", "target": "13"},
            {"source": "10", "target": "12"},
            {"source": "10", "target": "15"},
            {"source": "11", "target": "12"},
            {"source": "11", "target": "14"},
            {"source": "11", "target": "15"},
            {"source": "12", "target": "13"},
            {"source": "13", "target": "14"},
            {"source": "13", "target": "15"}
          ]
        }

        """
}
