// Topologies: graphs in every format that is read; what is read is written so that it reads back as the same graph.
import Registry
import Scenario

enum TopologyReading {
    /// Little, so that a number of nodes that a file only claims costs little.
    static let room = MemoryRoom(bytes: 1 << 20, for: .simulation)
}

extension FuzzTargets {
    static let topologies = FuzzTarget("topologies", "topology files of every format", allocationPerByte: 65_536) {
        let graph = try TopologyFile.read(
            Array(
                #"{"nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "links": [{"source": "a", "target": "b"}]}"#.utf8),
            name: "graph")
        return try TopologyFile.formats.map { Array(try graph.written(as: $0).text.utf8) }
            + [
                #"{"family": "ring", "nodes": 6}"#, #"{"family": "twoCastle", "half": 3}"#,
                #"{"family": "randomRegular", "nodes": 8, "degree": 3, "seed": 4}"#,
                #"{"family": "ring", "nodes": 6, "schedule": {"kind": "pull", "count": 2}}"#,
            ].map { Array($0.utf8) }
    } violation: { bytes in
        FileReading.violation { () throws(ConfigurationFault) in
            try TopologyFile.read(bytes, name: "graph", room: TopologyReading.room)
        } again: { file throws(ConfigurationFault) in
            let again = try TopologyFile.read(Array(file.write().utf8), name: "again")
            return again.topology == file.topology ? nil : "written, it reads back as another graph"
        }
    }
}
