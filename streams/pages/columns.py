"""Which column of a table says what, by a mapping or by the names that programs commonly write."""

from collections.abc import Mapping
from typing import Any, Final

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("编号", "工单编号", "工单号", "受理编号", "业务流水号", "流水号", "诉求编号", "序号"),
    "title": ("标题", "主题"),
    "body": (
        "content",
        "text",
        "内容",
        "正文",
        "诉求内容",
        "反映内容",
        "留言内容",
        "市民诉求",
        "诉求描述",
        "问题描述",
        "工单内容",
    ),
    "published": ("time", "date", "时间", "发布时间", "留言时间", "来电时间", "受理时间", "日期"),
    "author": ("作者", "发帖人", "留言人", "来电人"),
    "url": ("链接", "网址"),
    "source": ("来源",),
    "views": ("浏览", "浏览量", "阅读量"),
    "replies": ("回复数", "评论数"),
    "likes": ("点赞数",),
    "answer": ("答复", "答复内容", "回复内容", "办理结果", "处理结果", "办理意见"),
    "answer_time": ("答复时间", "回复时间", "办结时间"),
    "office": ("承办单位", "答复单位", "办理单位", "回复单位"),
    "status": ("状态", "办理状态", "工单状态"),
}
"""Columns that fill a field where none has the field's own name and no mapping says otherwise."""


def column_of(field: str, row: Mapping[str, Any], columns: Mapping[str, str]) -> str | None:
    """The column that fills a field: the one that `columns` names, though this row may not have it; else by name."""
    if field in columns:
        return columns[field]
    return next((name for name in (field, *ALIASES.get(field, ())) if name in row), None)
