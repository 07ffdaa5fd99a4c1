#!/usr/bin/env python3
"""Loads runs into pandas: the figures over the rounds, and each node's own records. usage: Scripts/load.py RUN..."""
import json, pathlib, sys
import pandas as pd

runs = [pathlib.Path(run) for run in sys.argv[1:]] or sys.exit(__doc__)
rounds = pd.concat({run.name: pd.read_json(run / "metrics.jsonl", lines=True) for run in runs}, names=["run"])
accuracy = pd.json_normalize(rounds["accuracy"]).set_index(rounds.index).join(rounds["rounds"])
print(accuracy.groupby("run").last()[["rounds", "worst", "mean", "best", "averageModel"]].to_string())
nodes = {(run.name, file.parent.name): pd.read_json(file, lines=True) for run in runs
         for file in sorted(run.glob("nodes/*/metrics.jsonl"))}
if nodes: print(pd.concat(nodes, names=["run", "node"])[["rounds", "trainLoss", "missedModels"]].groupby("run").mean())
for run in runs: print(f"{run.name}: {json.loads((run / 'summary.json').read_text())['verdict']}")
