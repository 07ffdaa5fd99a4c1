// All figures of a run over its rounds as one table of comma-separated values.
import Metrics

/// One line a moment, one column a figure; lists have a column an element. What is not there is left empty.
struct MeasureTable {
    /// As far as it is written out.
    private static let mostElements = 256

    let table: TextTable

    /// - Parameter moments: in order of rounds.
    init(_ moments: [(rounds: Int, figures: Figures)]) {
        let columns = MeasureCatalog.figures.flatMap { figure -> [(name: String, read: (Figures) -> Double?)] in
            let name = figure.name
            guard figure.isList else {
                let isThere = moments.contains { $0.figures.value(name) != nil }
                return isThere ? [(name, { $0[name] })] : []
            }
            let count = moments.map { $0.figures.list(name).count }.max() ?? 0
            return (0..<min(count, Self.mostElements)).map { place in
                (
                    "\(name).\(place)",
                    { figures in
                        let list = figures.list(name)
                        return place < list.count ? list[place] : nil
                    }
                )
            }
        }
        table = TextTable(
            header: ["rounds"] + columns.map(\.name), names: 0,
            rows: moments.map { moment in
                ["\(moment.rounds)"]
                    + columns.map { column in
                        column.read(moment.figures).flatMap { $0.isFinite ? "\($0)" : nil } ?? ""
                    }
            })
    }
}
