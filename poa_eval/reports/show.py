"""Show: what a notebook's cell shows of a quarter or an evaluation, under `poa.show`; each gives a block of HTML."""

# ruff: noqa: F401 (the names are for notebooks)
from poa_eval.reports.sections.activities import show_activities as activities
from poa_eval.reports.sections.activities import show_comments as comments
from poa_eval.reports.sections.activities import show_periods as periods
from poa_eval.reports.sections.changes import show_changes as changes
from poa_eval.reports.sections.changes import show_counts as counts
from poa_eval.reports.sections.charts import plot_activity as activity_chart
from poa_eval.reports.sections.charts import plot_periods as periods_chart
from poa_eval.reports.sections.contents import show_plan as plan
from poa_eval.reports.sections.contents import show_sources as sources
from poa_eval.reports.sections.contents import show_table as table
from poa_eval.reports.sections.evaluability import show_evaluability as evaluability
from poa_eval.reports.sections.findings import show_findings as findings
from poa_eval.reports.sections.findings import show_findings_summary as findings_summary
from poa_eval.reports.sections.goals import show_context as context
from poa_eval.reports.sections.goals import show_goals as goals
from poa_eval.reports.sections.goals import show_mission as mission
from poa_eval.reports.sections.goals import show_swot as swot
from poa_eval.reports.sections.investment import show_investment as investment
from poa_eval.reports.sections.method import show_method as method
from poa_eval.reports.sections.ranking import show_extremes as extremes
from poa_eval.reports.sections.ranking import show_heatmap as heatmap
from poa_eval.reports.sections.ranking import show_ranking as ranking
from poa_eval.reports.sections.reconciliation import show_ledger as ledger
from poa_eval.reports.sections.reconciliation import show_published as published
from poa_eval.reports.sections.schedule import show_due as due
from poa_eval.reports.sections.summary import show_headline as headline
from poa_eval.reports.sections.summary import show_key_figures as key_figures
from poa_eval.reports.sections.summary import show_signatures as signatures
from poa_eval.reports.sections.summary import show_title as title
from poa_eval.reports.sections.year_end import show_year_end as year_end

__all__ = [name for name in dir() if not name.startswith("_")]
