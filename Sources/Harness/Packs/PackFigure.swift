// PackFigure: what a pack's report shows, as a value: which cells, how arranged, and what the paper has there.
import Registry

/// A figure or table of a pack's report.
public struct PackFigure: Sendable {
    public let title: String
    /// What the reader must know of it.
    public let note: String
    public let content: Content

    public enum Content: Sendable {
        /// One line for each name on the axis `lines`, over rounds, with bands over seeds.
        case curves(Cells, lines: String, measure: SweepMeasure)
        /// A figure for every pair of names on two axes; the worst node stands under each accuracy.
        case heatMap(Cells, rows: String, columns: String, measure: SweepMeasure)
        /// For every pair of names on two axes, the name on a third that did best.
        case best(Cells, of: String, rows: String, columns: String, measure: SweepMeasure, published: Published?)
        /// The paper's column beside ours, one line a pair, with the worst node.
        case comparison(Cells, rows: String, columns: String, measure: SweepMeasure, published: Published, band: Band)
        /// A table that was computed.
        case calculation(String)
        /// The columns of a computed table as curves over what its rows count.
        case lines(String, across: String)
        /// The cells of a computed table in shades.
        case shades(String)
    }

    /// Cells of one sweep, with these names on some of its axes.
    public struct Cells: Sendable {
        public let sweep: String
        public let labels: [String: String]

        public init(_ sweep: String, _ labels: [String: String] = [:]) {
            self.sweep = sweep
            self.labels = labels
        }
    }

    /// What a paper has for the names of a row and a column: a figure or a word.
    public struct Published: Sendable {
        /// Where it stands.
        public let source: String
        private let columns: [String]
        private let rows: [(name: String, values: [String])]

        /// - Parameter rows: a name and a value a column each; empty for none.
        public init(_ source: String, columns: [String], rows: [(name: String, values: [String])]) {
            self.source = source
            self.columns = columns
            self.rows = rows
        }

        public func value(_ row: String, _ column: String) -> String? {
            guard let index = columns.firstIndex(of: column),
                let values = rows.first(where: { $0.name == row })?.values, values.indices.contains(index)
            else { return nil }
            return values[index].isEmpty ? nil : values[index]
        }
    }

    /// By how much ours may differ from theirs.
    public enum Band: Sendable, Equatable {
        /// In the measure's own unit, either way.
        case within(Double)
        /// Not judged, and why.
        case none(String)
    }

    public init(_ title: String, note: String = "", _ content: Content) {
        self.title = title
        self.note = note
        self.content = content
    }
}
