// SnapshotFolder: models that a node hands out for evaluation. Whoever reads one removes it; a node never waits for its
// reader.
import Scenario

/// At most four unread snapshots lie in the folder; a fifth takes the place of the oldest, which is counted.
struct SnapshotFolder {
    private static let mostUnread = 4

    private let folder: NodeDirectory
    private var recent: [Int] = []
    private(set) var overwritten = 0

    init(_ folder: NodeDirectory) throws(SystemFault) {
        self.folder = folder
        try Files.makeDirectory(folder.snapshots)
    }

    mutating func write(_ model: [Float], rounds: Int) throws(SystemFault) {
        try Files.write(ModelFile(rounds: rounds, model: model).encoded, to: folder.snapshot(rounds: rounds))
        recent.append(rounds)
        if recent.count > Self.mostUnread, Files.remove(folder.snapshot(rounds: recent.removeFirst())) {
            overwritten += 1
        }
    }
}
