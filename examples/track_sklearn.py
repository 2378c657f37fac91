#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scikit-learn: which of two models is worth its joules?

    pip install ./python scikit-learn && python3 examples/track_sklearn.py
"""
try:
    from sklearn.datasets import load_digits
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
except ImportError as error:
    raise SystemExit(f"skipped: this example needs scikit-learn ({error})") from None

import gramme
from gramme.frameworks.sklearn import tracked

MODELS = {
    "linear": make_pipeline(StandardScaler(), LogisticRegression(max_iter=200)),
    "forest": RandomForestClassifier(50, random_state=1),
}

x, y = load_digits(return_X_y=True)
train_x, test_x, train_y, test_y = train_test_split(x, y, random_state=1)

with gramme.track("digits", experiment="examples") as run:
    for name, model in MODELS.items():
        # Still an estimator; its fit and score are sections "linear.fit", "linear.score", …
        model = tracked(model, name).fit(train_x, train_y)
        run.log({f"{name}.accuracy": model.score(test_x, test_y)})

print(run.summary)
if run.summary:
    for metric, values in run.summary.metrics.items():
        print(f"{metric} {values.last:.3f}")
