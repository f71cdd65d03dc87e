"""The auditor's case: one folder with a chained record of every act, its evidence and every figure made from it.

``events`` says what can happen, ``log`` how it is written down, ``state`` what may follow what; all three are pure.
``store`` keeps the folder, ``redo`` makes every figure again from an exported one.
"""
