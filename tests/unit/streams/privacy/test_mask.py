"""Masking: what leads to a person goes, what does not stays, and every character keeps its place."""

import time
import unicodedata

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.iso7064 import mod_11_2

from streams.privacy.mask import mask

BEFORE = st.sampled_from(["", "请联系", "电话：", "她的号码是 ", "有事打", "（", "村民反映，", "tel "])
AFTER = st.sampled_from(["", "。", "，谢谢", "）", " 急", "找老王", "\n"])
DIGIT = st.sampled_from("0123456789")
WRITTEN = (
    "０１２３４５６７８９",
    "〇一二三四五六七八九",
    "零壹贰叁肆伍陆柒捌玖",
    "⓪①②③④⑤⑥⑦⑧⑨",
    "零幺二三四五六七八九",
    "༠༡༢༣༤༥༦༧༨༩",
    "᠐᠑᠒᠓᠔᠕᠖᠗᠘᠙",
)
FORMS = [str.maketrans("0123456789", form) for form in ("0123456789", *WRITTEN)]
UNSEEN = ["", "\u200b", "\u00ad", "\u2061", "\ufe0f\u20e3"]
GAPS = [*UNSEEN, " ", "-", "—", "  ", "\u00a0", "\u2009", "\u202f", "\u2003", "\u205f", "\u3000"]
HAN = "一二三四五六七八九"
APART = [",", "，", "、", "/", "~", "|", "+", "：", ":", "*", ";", "；", "。", "=", "→", "#", "'", "\\"]


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(DIGIT, min_size=count, max_size=count)


@st.composite
def mobiles(draw: st.DrawFn) -> str:
    number = "1" + draw(st.sampled_from("3456789")) + draw(digits(9))
    gap = draw(st.sampled_from(GAPS))
    number = number.translate(draw(st.sampled_from(FORMS)))
    grouped = gap.join((number[:3], number[3:7], number[7:]))
    return draw(st.sampled_from(["", "+86 ", "+86-"])) + grouped if draw(st.booleans()) else gap.join(number)


@st.composite
def landlines(draw: st.DrawFn) -> str:
    area = draw(st.sampled_from(["010", "021", "0574", "0571", "0755", "0898"]))
    number = draw(st.sampled_from("2345678")) + draw(digits(7))
    half = draw(st.sampled_from(["", "-", " "]))
    return area + draw(st.sampled_from(["", "-", " ", "—", " - "])) + number[:4] + half + number[4:]


@st.composite
def identity_bodies(draw: st.DrawFn) -> str:
    place, year = draw(st.sampled_from(["330206", "110105", "652324", "440306"])), draw(st.integers(1930, 2020))
    return f"{place}{year}{draw(st.integers(1, 12)):02}{draw(st.integers(1, 28)):02}{draw(digits(3))}"


@st.composite
def identities(draw: st.DrawFn) -> str:
    body = draw(identity_bodies())
    check = mod_11_2.calc_check_digit(body)
    number = body + draw(st.sampled_from([check, check.lower()]))
    gap = draw(st.sampled_from(["", " ", "-", "\u2009", "\u00ad"]))
    wide = number.translate(draw(st.sampled_from(FORMS)))
    return gap.join((wide[:6], wide[6:14], wide[14:]))


@st.composite
def cards(draw: st.DrawFn) -> str:
    body = draw(st.sampled_from(["622202", "621700", "623058"])) + draw(st.sampled_from([9, 12]).flatmap(digits))
    number = body + luhn.calc_check_digit(body)
    gap = draw(st.sampled_from(["", " ", "-"]))
    return gap.join(number[at : at + 4] for at in range(0, len(number), 4))


EMAILS = st.builds(
    "{}@{}.{}".format,
    st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9._+\-]{0,20}[a-z0-9]", fullmatch=True),
    st.sampled_from(["qq", "163", "mail.example", "a-b"]),
    st.sampled_from(["com", "cn", "com.cn", "org"]),
)
PLATES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from("浙京沪粤苏新"),
    st.sampled_from("ABCDE"),
    st.sampled_from(["", "·", " ", "-"]),
    st.from_regex(r"[0-9A-HJ-NP-Z][0-9][0-9A-HJ-NP-Z]{2}[0-9]|[DF][0-9]{5}|[0-9]{4}[警学挂]", fullmatch=True),
)
MENTIONED = st.sampled_from(["老王在路上", "zhang_san", "平安村小李", "a1", "用户8812345"])


@settings(max_examples=400, deadline=None)
@given(BEFORE, st.one_of(mobiles(), landlines(), identities(), cards()), AFTER)
def test_numbers_of_people_are_masked(before: str, number: str, after: str) -> None:
    """Mobiles, landlines, identity and bank cards go, however they are written, and nothing around them does."""
    masked = mask(before + number + after)
    bare = number.removeprefix("+")
    assert masked.replace("+", "").replace("*", "") == (before + after).replace("*", "")
    assert len(masked) == len(before + number + after)
    assert masked[len(before) + len(number) - len(bare) : len(masked) - len(after)] == "*" * len(bare)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["", "写信到", "邮箱：", "车牌 "]),
    st.one_of(EMAILS, PLATES),
    st.sampled_from(["", "。", "，", "停在门口"]),
)
def test_addresses_and_plates_are_masked(before: str, found: str, after: str) -> None:
    """E-mail addresses and number plates, electric cars' too, go as a whole."""
    assert mask(before + found + after) == before + "*" * len(found) + after


@settings(deadline=None)
@given(MENTIONED, st.sampled_from([" ", "，", "。", ":", "\n"]))
def test_mentions_are_masked(name: str, end: str) -> None:
    """The name after @ goes; the @ stays, so that one sees that somebody was called."""
    assert mask(f"请@{name}{end}看看＠{name}") == f"请@{'*' * len(name)}{end}看看＠{'*' * len(name)}"


def test_a_mention_hides_no_news() -> None:
    """Without a blank after the name, a sentence stays readable: a wall that fell must not vanish behind an @."""
    assert mask("@平安镇政府今天早上学校的围墙倒塌致3人死亡").endswith("学校的围墙倒塌致3人死亡")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话：8812 3456", "电话：*********"),
        ("身份证号330206199001011234", "身份证号" + "*" * 18),
        ("身份证330206900101123", "身份证" + "*" * 15),
        ("卡号 6222021234567890123", "卡号 " + "*" * 19),
        ("(0574)87654321", "(" + "*" * 13),
        ("138.1234.5678", "*" * 13),
        ("一三八幺二三四五六七八", "*" * 11),
        ("13812345678 13912345678", "*" * 11 + " " + "*" * 11),
        ("8613812345678", "*" * 13),
        ("微信wx13812345678", "微信" + "*" * 13),
        ("短信wx13812345678", "短信wx" + "*" * 11),
        ("打香港 +852 6123 4567", "打香港 +" + "*" * 13),
        ("0085261234567", "*" * 13),
        ("+86 574 8765 4321。", "+" + "*" * 16 + "。"),
        ("138一二三四5678", "*" * 11),
        ("1三8一2三4五6七8", "*" * 11),
        ("138 一二三四 5678", "*" * 13),
        ("电话是一三八 幺二三四 五六七八", "电话是" + "*" * 13),
        ("身份证：一一零一零五 一九四九一二三一 零零二X", "身份证：" + "*" * 20),
        ("电话零五七四—八七六五四三二一", "电话" + "*" * 13),
        ("浙B1234五冲上人行道", "*******冲上人行道"),
        ("浙B12345一死三伤", "*******一死三伤"),
        ("写zhangsan(at)qq.com", "写" + "*" * 18),
        ("写zhangsan【AT】qq.com", "写" + "*" * 18),
        ("写zhangsan#qq.com吧", "写" + "*" * 15 + "吧"),
        ("①13812345678②13912345678", "①" + "*" * 11 + "②" + "*" * 11),
    ],
)
def test_what_the_words_before_it_name_is_masked(text: str, expected: str) -> None:
    """A local number, a mistyped card or an old one goes where the text says what it is."""
    assert mask(text) == expected


@settings(max_examples=300, deadline=None)
@given(mobiles(), st.sampled_from(APART), BEFORE, AFTER)
def test_a_mobile_parted_by_commas_or_the_like_is_masked(number: str, apart: str, before: str, after: str) -> None:
    """138,1234,5678 and 138：1234：5678 are a telephone's groups, which no date and no dose has."""
    digits = [each for each in unicodedata.normalize("NFKC", number) if each.isdigit()][-11:]
    assume(len(digits) == 11 and "".join(digits[3:5]) not in {"19", "20"})
    row = apart.join(("".join(digits[:3]), "".join(digits[3:7]), "".join(digits[7:])))
    assert mask(before + row + after) == before + "*" * 13 + after


@pytest.mark.parametrize(
    "said",
    [
        "微信", "微信号", "微信：", "加微信", "加V：", "加薇", "VX:", "vx", "QQ：", "qq号", "扣扣", "WX：", "weixin:",
        "WeChat: ", "徽信", "微 信：", "V信", "Q：", "企鹅号", "我的QQ是：", "➕V：", "抖音号：", "快手：", "支付宝：",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "account",
    ["zhangsan1990", "wxid_abc12def", "Lao-Wang_8", "123456789", "１２３４５６７８９", "1 2 3 4 5 6 7 8", "①②③④⑤⑥⑦"],
)
def test_an_account_goes_where_its_platform_is_said_before_it(said: str, account: str) -> None:
    """微信, VX, 加V, QQ, 抖音 and their like say that what follows leads to somebody, in whichever digits."""
    assert mask(f"有事{said}{account}，谢谢") == f"有事{said}{'*' * len(account)}，谢谢"


@pytest.mark.parametrize(
    "text",
    [
        "用微信Android版打不开",
        "微信转账50000元",
        "微信 50000元",
        "微信12345投诉",
        "QQ：12345",
        "QQ群里说路坏了",
        "微信20241123发的",
        "微信小程序wechat",
        "微信：https://mp.weixin.qq.com/s/1",
        "微信 weixin.qq.com",
        "扣扣子",
        "Q：路灯坏了找谁",
        "企鹅123号",
        "支付宝付了20000元",
        "加强2024年工作",
        "快手12345热线视频",
        "BMW xiaoqu123456栋",
        "威信扫地123456",
    ],
)
def test_what_follows_a_platform_and_is_no_account_stays(text: str) -> None:
    """Sums, dates, hotlines, programs and addresses."""
    assert mask(text) == text


@st.composite
def harmless(draw: st.DrawFn) -> str:
    year, month, day = draw(st.integers(1950, 2035)), draw(st.integers(1, 12)), draw(st.integers(1, 28))
    hour, minute, second = draw(st.integers(0, 23)), draw(st.integers(0, 59)), draw(st.integers(0, 59))
    money, count = draw(st.integers(0, 10**9)), draw(st.integers(0, 99999))
    return draw(
        st.sampled_from(
            [
                f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}",
                f"{year}年{month}月{day}日{hour}时{minute}分",
                f"{year}/{month}/{day} {hour}:{minute:02}",
                f"{year}.{month:02}.{day:02}-{year + 1}.{month:02}.{day:02}",
                f"{year}-{month}-{day} {count}户",
                f"{money}元",
                f"¥{money}.{day:02}",
                f"{money:,}.{day:02}元",
                f"{count}-{count + 300}元/平方米",
                f"{count}.{day:02}%",
                f"订单号{year}{month:02}{day:02}{hour:02}{minute:02}{second:02}{count:05}",
                f"受理编号：{year}{month:02}{day:02}{count:06}",
                f"流水号 1{draw(digits(10))}",
                f"工单号1{draw(digits(12))}",
                f"东经1{draw(st.integers(10, 35))}.{draw(digits(6))}",
                f"国道G{draw(st.integers(1, 999))}，县道X{draw(st.integers(100, 999))}",
                f"浙政发〔{year}〕{month}号",
                f"12345热线，110，96{draw(digits(3))}",
                f"{draw(st.integers(100, 999))} {draw(st.integers(1000, 9999))} {draw(st.integers(100, 999))}",
                f"苹果3斤@{day}元",
                f"共{count}人，其中{day}人",
                f"GB/T {draw(digits(5))}-{year}",
                f"1{draw(st.integers(30, 99))}、{count % 9000 + 1000}、{money % 9000 + 1000}元",
                f"1{draw(st.integers(30, 99))}/{year}/{year + 1}",
                f"100、1{draw(st.integers(30, 99))}、{count % 9000 + 1000}、{money % 9000 + 1000}",
                f"1{draw(st.integers(30, 99))},{count % 9000 + 1000},{money % 9000 + 1000},{draw(digits(4))}",
                f"1{draw(st.integers(30, 99))}：{draw(st.integers(1000, 9999))}：{draw(st.integers(1000, 9999))}米",
                f"每次{day}/{month}片，每日{month}～{month + 1}次，{count}mg*{day}片/{hour}盒",
                f"{draw(st.integers(1, 30))}栋{draw(st.integers(1, 5))}单元{draw(st.integers(101, 3305))}室",
                f"G{day}栋{month}-{draw(st.integers(101, 3305))}、{month}-{draw(st.integers(101, 3305))}",
                f"二〇{HAN[month % 9]}{HAN[day % 9]}年{HAN[hour % 9]}月",
                f"①{money}元②{count}人③{year}年",
                "一、路坏了；二、灯坏了；三、水坏了，四五六七八九号楼",
                "一二三四五六七八九",
                f"三死五伤，{HAN[day % 9]}人失踪",
            ]
        )
    )


@settings(max_examples=1500, deadline=None)
@given(harmless(), st.sampled_from(["", "，", "。反映已久", " "]))
def test_prices_dates_orders_and_statistics_stay(text: str, after: str) -> None:
    """What leads to nobody is left as it stands, because judgement rests on it."""
    assert mask(text + after) == text + after


@settings(max_examples=400, deadline=None)
@given(identity_bodies(), st.sampled_from("0123456789X"))
def test_an_identity_card_needs_its_check(body: str, check: str) -> None:
    """Eighteen digits without the check of GB 11643 are no identity card, and stay."""
    right = mod_11_2.is_valid(body + check)
    assert mask(body + check) == ("*" * 18 if right else body + check)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(["622202", "621700", "623058"]), digits(10))
def test_a_bank_card_needs_its_check(issuer: str, rest: str) -> None:
    """Sixteen digits of an issuer's form without the check of Luhn are no card, and stay."""
    assert mask(issuer + rest) == ("*" * 16 if luhn.is_valid(issuer + rest) else issuer + rest)


NASTY = st.text(
    st.sampled_from(
        "0123456789013812345678 -—.()@＠#abX_元¥浙B一三八零壹叁①③微信vxqQ加V扣订单号卡电话身份证张１３"
        "\u200b\u00ad\n*,:、+/"
    ),
    max_size=80,
)


@settings(max_examples=2000, deadline=None)
@given(st.one_of(NASTY, st.text(max_size=60)))
@example("@我的订单号 13812345678")
@example("浙B1234A13812345678")
@example("13812345678@def")
@example("QQ123456 0085261234567")
@example("微信：abcdefghijk13812345678")
@example("138*1234*5678")
def test_masking_twice_changes_nothing(text: str) -> None:
    """The worker masks again what the crawler masked; characters keep their places, and only `*` is written."""
    once = mask(text)
    assert mask(once) == once
    assert len(once) == len(text)
    assert all(new in {old, "*"} for old, new in zip(text, once, strict=True))


@pytest.mark.parametrize(
    "piece",
    [
        "1 ",
        "12.34-",
        "1 3 ",
        "6 2 " * 14 + "x",
        "1",
        "1---",
        "12345 ",
        "a@",
        "@a",
        "a.a@a.",
        "a",
        "浙B",
        "一三",
        "一 三-",
        "①三8",
        "138、1234、",
        "微信",
        "微信：a1",
        "QQ1",
        "a#a.",
        "a(at)a.",
        "1\u200b",
        "电话1380013 ",
        "13812345678 ",
    ],
)
def test_a_hostile_text_takes_time_in_proportion(piece: str) -> None:
    """Ten times the text takes about ten times as long, never a hundred times."""

    def cost(size: int) -> float:
        text, start = piece * size, time.process_time()
        mask(text)
        return time.process_time() - start

    cost(500)
    small, large = (min(cost(size) for _ in range(3)) for size in (2_000, 20_000))
    assert large < 40 * small + 0.05


@pytest.mark.parametrize("groups", [25, 55])
@pytest.mark.parametrize("piece", ["6 2 ", "1 3 ", "4 "])
def test_many_groups_cost_little_more_than_few(piece: str, groups: int) -> None:
    """A text full of rows just short of those that go as a whole: few times the cost of numbers that lead nowhere."""

    def cost(row: str) -> float:
        text, times = (row + "。") * (20_000 // len(row)), []
        for _ in range(3):
            start = time.process_time()
            mask(text)
            times.append(time.process_time() - start)
        return min(times)

    assert cost((piece * groups)[: 2 * groups]) < 7 * cost("1234567")


@pytest.mark.parametrize("piece", ["1 ", "12.34-", "1 3 8 "])
def test_a_row_of_digits_without_end_is_cheap(piece: str) -> None:
    """Ten times the digits apart take ten times as long, and not a hundred times: the longest body is a few posts."""

    def cost(length: int) -> float:
        text, times = (piece * length)[:length], []
        for _ in range(3):
            start = time.process_time()
            masked = mask(text)
            times.append(time.process_time() - start)
            assert set(masked[: length - 10]) == {"*"}
        return min(times)

    assert cost(200_000) < 30 * cost(20_000)


def test_numbers_within_a_long_row_go_and_a_short_table_stays() -> None:
    """A row of more than sixty groups hides no number; a line of a table is left as it is."""
    row = "12 " * 70
    assert "13812345678" not in mask(f"{row}13812345678 {row}")
    table = "一季度 " + " ".join(f"{number}.{number % 10}" for number in range(10, 35)) + " 户"
    assert mask(table) == table
