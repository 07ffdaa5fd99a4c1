// The catalogue of fuzz targets. A new one is one file in Targets/ and one line here.

public enum FuzzTargets {
    public static let all = [
        stream, datagrams, handshakes, checkpoints, traces, mixes, keyFiles, json, experiments, topologies, tensors,
        dataFiles,
    ]

    public static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}
