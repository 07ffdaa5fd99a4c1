// LabelIndex: nodes by their labels.
public import Kernels

/// Finds nodes by their labels. Labels are equal if their bytes are, as in JSON: Swift's own equality would take a
/// letter with an accent for the letter and the accent after it, which are two ids in any other program.
public struct LabelIndex: Sendable, Equatable {
    private struct Label: Hashable {
        let text: String

        static func == (a: Label, b: Label) -> Bool {
            a.text.utf8.count == b.text.utf8.count && a.text.utf8.elementsEqual(b.text.utf8)
        }

        func hash(into hasher: inout Hasher) {
            var piece: UInt64 = 1
            for byte in text.utf8 {
                piece = piece << 8 | UInt64(byte)
                if piece >= 1 << 56 {
                    hasher.combine(piece)
                    piece = 1
                }
            }
            hasher.combine(piece)
        }
    }

    private var nodes: [Label: NodeID] = [:]

    public init() {}

    /// The node of this label.
    public subscript(label: String) -> NodeID? { nodes[Label(text: label)] }

    /// Adds a node.
    ///
    /// - Returns: the node that has had the label, and now has it no more.
    public mutating func add(_ label: String, for node: NodeID) -> NodeID? {
        nodes.updateValue(node, forKey: Label(text: label))
    }
}
