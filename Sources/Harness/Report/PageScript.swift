// The only script of a page: values under the pointer or a slider, files of drawings and their data, tables that sort.
// It is the same on every page and reads what stands there; without it nothing is missing but these.
import Cryptography

enum PageScript {
    /// What a policy allows by its hash, so that no text of a run can ever become a script.
    static let hash = "sha256-\(base64(SHA256.hash(Array(text.utf8))))"

    /// Between the tags of `script`.
    static let text = #"""
        "use strict";
        const SVG = "http://www.w3.org/2000/svg";
        const LOOKS = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity",
          "stroke-linejoin", "stroke-linecap", "font-family", "font-size", "font-weight", "text-anchor",
          "paint-order"];

        function make(name, parent, properties) {
          return parent.appendChild(Object.assign(document.createElement(name), properties));
        }

        function save(name, type, text) {
          const link = document.createElement("a");
          link.href = URL.createObjectURL(new Blob([text], { type }));
          link.download = name;
          link.click();
          setTimeout(() => URL.revokeObjectURL(link.href), 60000);
        }

        // A drawing that needs no style sheet.
        function standalone(svg) {
          const copy = svg.cloneNode(true);
          const from = [svg, ...svg.querySelectorAll("*")];
          [copy, ...copy.querySelectorAll("*")].forEach((element, index) => {
            const looks = getComputedStyle(from[index]);
            for (const look of LOOKS) element.setAttribute(look, looks.getPropertyValue(look));
            for (const name of ["class", "style", "tabindex"]) element.removeAttribute(name);
          });
          copy.querySelectorAll("[data-cursor]").forEach(cursor => cursor.remove());
          const box = svg.viewBox.baseVal;
          copy.setAttribute("xmlns", SVG);
          copy.setAttribute("width", box.width);
          copy.setAttribute("height", box.height);
          const back = document.createElementNS(SVG, "rect");
          back.setAttribute("width", box.width);
          back.setAttribute("height", box.height);
          back.setAttribute("fill", getComputedStyle(document.documentElement).getPropertyValue("--card").trim());
          copy.insertBefore(back, copy.firstChild);
          return new XMLSerializer().serializeToString(copy);
        }

        // Fields of one line of comma-separated values.
        function fields(line) {
          const found = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(match => match[1]);
          if (found.length > 1 && !line.endsWith(",")) found.pop();
          return found.map(text => text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text);
        }

        function drawn(figure) {
          const svg = figure.querySelector("svg[role]");
          const data = figure.querySelector("pre");
          const tools = figure.querySelector(".tools");
          const button = (text, label, action) => make("button", tools,
            { type: "button", textContent: text, ariaLabel: label, onclick: action });
          const title = svg.querySelector("title").textContent;
          button("SVG", title + ": save the drawing", () =>
            save(figure.id + ".svg", "image/svg+xml", standalone(svg)));
          if (!data) return;
          button("CSV", title + ": save the data", () => save(figure.id + ".csv", "text/csv", data.textContent));
          if (figure.dataset.frame) hover(figure, svg, data.textContent, title);
        }

        function hover(figure, svg, csv, title) {
          const [left, right, top, bottom, first, last, rowHeight] = figure.dataset.frame.split(" ").map(Number);
          const lines = csv.trimEnd().split("\n").map(fields);
          const names = lines.shift();
          const columns = Number(figure.dataset.told ?? names.length);
          const rows = lines.filter(line => line.length === names.length);
          if (rows.length === 0) return;
          const words = text => text === "" ? "–" : figure.dataset.unit === "share"
            ? (100 * text).toFixed(1) + " %" : String(Number(Number(text).toPrecision(3)));
          const place = row => left + (right - left) * (rows[row][0] - first) / Math.max(1e-9, last - first);
          const slider = make("input", figure, { type: "range", min: 0, max: rows.length - 1, value: 0,
            className: "slider", ariaLabel: title + ": moment" });
          const output = make("output", figure, { className: "readout" });
          const cursor = svg.appendChild(document.createElementNS(SVG, "path"));
          cursor.setAttribute("class", "cursor");
          cursor.setAttribute("data-cursor", "");

          function show(row, column) {
            slider.value = row;
            cursor.setAttribute("d", "M" + place(row) + " " + top + "V" + bottom);
            const values = rows[row];
            const all = names.map((name, index) => [name, values[index]]).slice(1, 1 + columns);
            let told = all;
            if (column) told = [[names[column], values[column]]];
            else if (rowHeight) {
              const known = all.filter(one => one[1] !== "").sort((a, b) => a[1] - b[1]);
              told = known.length === 0 ? [] : [["least, " + known[0][0], known[0][1]],
                ["most, " + known.at(-1)[0], known.at(-1)[1]]];
            }
            const text = names[0] + " " + values[0] + ": "
              + (told.map(([name, value]) => name + " " + words(value)).join(" · ") || "–");
            output.textContent = text;
            slider.setAttribute("aria-valuetext", text);
          }

          slider.addEventListener("input", () => show(Number(slider.value)));
          slider.addEventListener("focus", () => show(Number(slider.value)));
          svg.addEventListener("pointermove", event => {
            const box = svg.getBoundingClientRect();
            const scale = svg.viewBox.baseVal.width / box.width;
            const x = (event.clientX - box.left) * scale;
            const y = (event.clientY - box.top) * scale;
            if (x < left - 9 || x > right + 9 || y < top || y > bottom) return;
            const round = first + (x - left) / (right - left) * (last - first);
            let nearest = 0;
            rows.forEach((row, index) => {
              if (Math.abs(row[0] - round) < Math.abs(rows[nearest][0] - round)) nearest = index;
            });
            show(nearest, rowHeight ? 1 + Math.floor((y - top) / rowHeight) : 0);
          });
          slider.value = rows.length - 1;
        }

        function sorted(table) {
          const body = table.tBodies[0];
          [...table.tHead.rows[0].cells].forEach((head, column) => {
            const button = document.createElement("button");
            button.type = "button";
            button.append(...head.childNodes);
            head.append(button);
            button.onclick = () => {
              const isUp = head.getAttribute("aria-sort") !== "ascending";
              for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
              head.setAttribute("aria-sort", isUp ? "ascending" : "descending");
              const key = row => row.cells[column].textContent.trim();
              const number = text => text === "∞" ? Infinity : /^[-+]?[.\d]/.test(text) ? parseFloat(text) : NaN;
              const rows = [...body.rows].map(row => [row, key(row), number(key(row))]);
              const areWords = rows.filter(row => row[1] !== "–").some(row => isNaN(row[2]));
              rows.sort((a, b) => {
                const gap = (a[1] === "–") - (b[1] === "–");
                const order = areWords ? a[1].localeCompare(b[1], "en", { numeric: true }) : a[2] - b[2];
                return gap || (isUp ? order : -order);
              });
              body.append(...rows.map(row => row[0]));
            };
          });
        }

        document.querySelectorAll("figure.drawn").forEach(drawn);
        document.querySelectorAll("table").forEach(sorted);
        """#
}

/// RFC 4648, section 4.
func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    return stride(from: 0, to: bytes.count, by: 3).map { start in
        let three = bytes[start..<min(start + 3, bytes.count)]
        let number = (0..<3).reduce(0) { $0 << 8 | ($1 < three.count ? Int(three[start + $1]) : 0) }
        return String(
            (0..<4).map { $0 <= three.count ? digits[number >> (18 - 6 * $0) & 63] : Character("=") })
    }.joined()
}
