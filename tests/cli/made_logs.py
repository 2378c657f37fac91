# SPDX-License-Identifier: Apache-2.0
"""Logs of other trackers, made up: experiment-impact-tracker's and CodeCarbon's.

None of it is anybody's: only the form is theirs.
"""
import csv
import datetime
import json
import math
import pathlib
import pickle
import sys
import types
import zipfile

START = datetime.datetime(2020, 3, 2, 10, 0, 0, 250000)  # local, nine and a half hours ahead
OFFSET_S = 34200
FIRST_S = 0.5
STEP_S = 8.0

COLUMNS = ("timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,cpu_power,"
           "gpu_power,ram_power,cpu_energy,gpu_energy,ram_energy,energy_consumed,country_name,"
           "country_iso_code,region,cloud_provider,cloud_region,os,python_version,"
           "codecarbon_version,cpu_count,cpu_model,gpu_count,gpu_model,longitude,latitude,"
           "ram_total_size,tracking_mode,on_cloud,pue").split(",")


def inert_class(module, name):
    """A class that pickles by its name and that no reader has."""
    if module not in sys.modules:
        sys.modules[module] = types.ModuleType(module)
    if not hasattr(sys.modules[module], name):
        setattr(sys.modules[module], name, type(name, (), {"__module__": module}))
    return getattr(sys.modules[module], name)


def package(name, version):
    one = inert_class("made_resources", "Distribution")()
    one.__dict__.update(project_name=name, _version=version, location="/opt/env")
    return one


def info(ends_after_s=None, version="0.1.8", gpus=1, packages=10, **more):
    shape = inert_class("made_shapes", "Polygon")()
    shape.points = b"\x01\x02\x03" * 30
    told = {
        "cpu_info": {"brand": "Made CPU 1000", "count": 8, "python_version": "3.7.4.final.0"},
        "experiment_impact_tracker_version": version,
        "region": {"type": "Feature", "geometry": shape, "id": "US-CA"},
        "experiment_start": START,
        "python_package_info": [package(f"made-{i}", f"1.{i}") for i in range(packages)],
        "region_carbon_intensity_estimate": {"_source": "made", "carbonIntensity": 250.0},
        "gpu_info": [{"name": "Made GPU", "total_memory": "12036 MiB"} for _ in range(gpus)],
    }
    if ends_after_s is not None:
        told["experiment_end"] = START + datetime.timedelta(seconds=ends_after_s)
    told.update(more)
    return told


def start_unix():
    return START.replace(tzinfo=datetime.timezone.utc).timestamp() - OFFSET_S


def sample(i, processes=2, intensity=300.0, **more):
    pids = [4000 + k for k in range(processes)]
    row = {
        "timestamp": start_unix() + FIRST_S + STEP_S * i,
        "rapl_power_draw_absolute": 80.0 + (i % 3),
        "rapl_estimated_attributable_power_draw": 20.0 + (i % 2),
        "cpu_time_seconds": {str(p): {"user": 3.0 * (i + 1), "system": 1.0 * (i + 1),
                                      "children_user": 9.0, "children_system": 9.0}
                             for p in pids},
        "average_relative_cpu_utilization": 0.25,
        "absolute_cpu_utilization": 1.0,
        "relative_mem_usage": 0.3,
        "mem_info_per_process": {str(p): {"rss": 3263250432, "vms": 11646566400, "pss": 1673673728,
                                          "shared": 173789184, "text": 2322432, "lib": 0,
                                          "data": 9918763008, "dirty": 0, "uss": 90980352}
                                 for p in pids},
        "nvidia_draw_absolute": 120.0 + i % 5,
        "nvidia_estimated_attributable_power_draw": 120.0 + i % 5,
        "average_gpu_estimated_utilization_absolute": 0.5,
        "per_gpu_average_estimated_utilization_absolute":
            {f"(0, {pids[0]})": {"sm": 50.0, "mem": 7.5, "enc": 0.0, "dec": 0.0}},
        "average_gpu_estimated_utilization_relative": 1.0,
        "per_gpu_performance_state": {"0": "P2"},
        "realtime_carbon_intensity": "n/a" if intensity is None else intensity,
        "process_ids": pids,
    }
    row.update(more)
    return row


def lines(count, **more):
    return "".join(json.dumps(sample(i, **more), separators=(",", ":")) + "\n"
                   for i in range(count))


def eit_folder(folder, rows=6, tail_s=4.0, told=None, data=None, protocol=3, **more):
    """A run's folder as the tracker leaves it; returns it."""
    into = pathlib.Path(folder) / "impacttracker"
    into.mkdir(parents=True)
    if told is None:
        told = info(ends_after_s=FIRST_S + STEP_S * (rows - 1) + tail_s)
    (into / "data.json").write_text(lines(rows, **more) if data is None else data)
    (into / "info.pkl").write_bytes(pickle.dumps(told, protocol=protocol))
    return pathlib.Path(folder)


def eit_zip(path, folder, at=""):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("data.json", "info.pkl"):
            archive.write(pathlib.Path(folder) / "impacttracker" / name, at + name)
    return pathlib.Path(path)


def eit_figures(told, rows, pue=1.58):
    """What the tracker itself would say, by its arithmetic, from its rows."""
    end = told.get("experiment_end")
    t = [row["timestamp"] for row in rows]
    dt = [t[0] - start_unix()] + [b - a for a, b in zip(t, t[1:])]
    if end is not None:
        dt.append((end - START).total_seconds() - (t[-1] - start_unix()))
        rows = rows + [rows[-1]]
    live = [row["realtime_carbon_intensity"] for row in rows]
    cpu = sum(d / 3.6e6 * r["rapl_estimated_attributable_power_draw"] for d, r in zip(dt, rows))
    gpu = sum(d / 3.6e6 * r["nvidia_estimated_attributable_power_draw"] for d, r in zip(dt, rows))
    if any(isinstance(g, float) for g in live):
        for order in (range(len(live)), reversed(range(len(live)))):
            last = None
            for i in order:
                live[i] = last = live[i] if isinstance(live[i], float) else last
        grams = sum(pue * d / 3.6e6 * (r["rapl_estimated_attributable_power_draw"] +
                                       r["nvidia_estimated_attributable_power_draw"]) * g
                    for d, r, g in zip(dt, rows, live))
    else:
        grams = pue * (cpu + gpu) * told["region_carbon_intensity_estimate"]["carbonIntensity"]
    latest = {}
    for row in rows:
        latest.update({p: c["user"] + c["system"] for p, c in row["cpu_time_seconds"].items()})
    return {
        "cpu_hours": sum(latest.values()) / 3600,
        "gpu_hours": sum(d * r["average_gpu_estimated_utilization_absolute"]
                         for d, r in zip(dt, rows)) * len(told["gpu_info"]) / 3600,
        "kw_hr_cpu": cpu, "kw_hr_gpu": gpu, "total_power": pue * (cpu + gpu),
        "estimated_carbon_impact_kg": grams / 1000, "exp_len_hours": math.fsum(dt) / 3600,
    }


def codecarbon_row(**more):
    row = dict.fromkeys(COLUMNS, "")
    row.update(timestamp="2024-05-31T10:39:13", project_name="made", run_id="made-1", duration=100.0,
               emissions=3e-5, emissions_rate=3e-7, cpu_power=40.0, gpu_power=100.0, ram_power=3.0,
               cpu_energy=0.0015, gpu_energy=0.003, ram_energy=0.0001, energy_consumed=0.0046,
               country_name="France", country_iso_code="FRA", codecarbon_version="2.4.3",
               gpu_count=1, gpu_model="Made GPU", tracking_mode="machine", on_cloud="N", pue=1.0)
    row.update(more)
    return row


def codecarbon_csv(path, rows, columns=None):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns or COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return pathlib.Path(path)
