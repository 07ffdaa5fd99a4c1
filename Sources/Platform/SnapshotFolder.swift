// SnapshotFolder: models that a node hands out for evaluation. Whoever reads one removes it; a node never waits for its
// reader.
import Core
import Scenario

/// At most 64 unread snapshots lie in the folder, fewer of large models, and four in any case; the next takes the place
/// of the oldest, which is counted.
struct SnapshotFolder {
    private static let mostUnread = 64
    private static let leastUnread = 4
    /// What the models of the unread ones of a node may take on the disk, where that is more than four of them.
    private static let mostBytes = 4 << 20

    private let folder: NodeDirectory
    /// Rounds of the run.
    private let end: Int
    private var recent: [Int] = []
    private(set) var overwritten = 0

    init(_ folder: NodeDirectory, end: Int) throws(SystemFault) {
        self.folder = folder
        self.end = end
        try Files.makeDirectory(folder.snapshots)
        Files.removeParts(in: folder.snapshots)
    }

    mutating func write(_ model: [Float], rounds: Int) throws(SystemFault) {
        try Files.write(ModelFile(rounds: rounds, model: model).encoded, to: folder.snapshot(rounds: rounds))
        recent.append(rounds)
        let most = min(Self.mostUnread, Self.mostBytes / max(1, 4 * model.count))
        guard recent.count > max(Self.leastUnread, most) else { return }
        let oldest = recent.removeFirst()
        Files.remove(folder.mix(rounds: oldest))
        Files.remove(folder.ownModel(rounds: oldest))
        if Files.remove(folder.snapshot(rounds: oldest)) { overwritten += 1 }
    }

    /// Hands out the node's own model; the snapshot of what it shares comes after it. The last one stays for good.
    func write(ownModel model: [Float], rounds: Int) throws(SystemFault) {
        let path = rounds == end ? folder.ownModel : folder.ownModel(rounds: rounds)
        try Files.write(ModelFile(rounds: rounds, model: model).encoded, to: path)
    }

    /// Hands out a mix; the snapshot of the model that it made comes after it.
    func write(_ mix: MixSample, rounds: Int) throws(SystemFault) {
        try Files.write(mix.encoded, to: folder.mix(rounds: rounds))
    }
}
