"""How people are named without a number: 司机 is one, 父子俩 are two, 爷仨 are three, 教练与游客 are two."""

import re
from typing import Final

_SURNAME: Final = (
    "[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚]"
)
"""Behind 老 or 小, beside somebody else, a person: 老李和儿子."""
_KIN: Final = (
    "[我俺他她你咱]?(?:[大二三四五小老堂表岳外继养干亲前])?"
    "(?:爸爸?|妈妈?|爹|娘|哥哥?|弟弟?|姐姐?|妹妹?|叔叔?|伯伯?|伯父|婶婶?|婶子|姨妈?|舅舅?|舅妈|姑姑?|姑父|爷爷?|奶奶?|公公|婆婆|外公|外婆"
    "|姥姥|姥爷|嫂子?|侄子?|侄女|外甥女?|孙子|孙女|孙儿|父亲?|母亲?|丈夫|妻子?|老公|老婆|媳妇|爱人|女友|男友|对象|丈人|儿子|女儿|闺女"
    "|女婿|儿媳妇?|弟弟|妹夫|姐夫|弟妹|弟媳)(?![牛猪鸡羊犬茶粉油制酪河校])"
)
_TRADE: Final = (
    "(?:教练|(?:作业|施工|值班|工作)人员|钓鱼者|选手|患者|病人|师傅|老乡|亲戚|保安|保洁|保姆|护工|骑手|骑友|驴友|同伴|同事|同学|工友|邻居|老板|店主|户主|房主|车主|船主|船长|班长|组长|队长|村长"
    "|矿长|厂长|轮机长|机长|列车长|大副|二副|三副|水手|舵手|老师|护士|警察|特警|辅警|战士|大学生|导游|厨师|医生|摊主|摊贩|食客|顾客|住户|租户|租客|房客|养殖户|业主|路人|行人|司乘|骑车人"
    "|环卫工|司机|驾驶员|信号工|塔吊司机|司索工|押运员|[电焊钳瓦木泥油水钢爆装架女民矿临杂员职农技护环塔机维检抢施]工(?!程|地|业|作|厂|具|资|种|期)"
    "|(?:驾驶|操作|作业|施工|值班|检修|维修|管理|巡线|巡查|护林|消防|救援|安全|服务|售货|销售|收银|饲养|保育|乘务|飞行|快递|外卖|配送|送货|装卸|清洁"
    "|保洁|保安|仓管|质检|技术|司炉|值守|押运|列车|船|潜水|安检|放映|学|教|队|店)员|副驾驶?(?![的座位上室驶])|(?<!作)(?<!驾)驾驶人)"
)
_FOLK: Final = (
    "(?:农妇|村妇|男人|女人|醉汉|学徒|徒弟|骑车的|开车的|放羊的|种地的|男子|女子|男孩|女孩|男童|女童|小孩|孩子|婴儿|幼儿|幼童|娃娃?|女娃|男娃|儿童|少年|少女|青年|小伙子?|姑娘|老人|老太太?|老头|老汉|老伯|大爷|大妈"
    "|大叔|大婶|大姐|大哥|大嫂|大娘|阿姨|婆婆|妇女|妇人|孕妇|产妇|老哥|(?<!们的)兄弟(?!、)|工人|民工|学生|村民|居民|乘客|旅客|游客|渔民|牧民|农民|矿工|船员|员工|职工"
    "|市民|女士|先生|男生|女生|伤者|新娘|新郎|游泳者|垂钓者|登山者|爬山者|务工者|拾荒者|流浪汉|男的|女的|[老小大]的(?=当|送|也|没|已|在|就|还)|[^\\W\\d和与及跟同]?某[某甲乙丙丁]?"
    f"|(?:[老小]{_SURNAME}(?=和|与|及|跟|、[老小])|(?:(?<=[和与及、])|(?<=[和与及]..))[老小]{_SURNAME})|(?<![其吉排])他(?![们人])|她(?!们))"
)
_PAIR: Final = (
    "(?:妯娌俩?|连襟俩?|父母亲?|爸妈|爹妈|爹娘|公婆|双亲|母女|母子|父女|父子|夫妻|夫妇|祖孙|爷孙|婆媳|翁婿|叔侄|舅甥|师徒|兄妹|姐弟|姊妹|小两口|老两口|两口子|小夫妻|老夫妻|小情侣|情侣|双胞胎|孪生[兄姐][弟妹]"
    "|一对(?:[^，。和与及]{0,4}?(?:夫妇|夫妻|情侣|恋人|新人|老人|父子|母子|母女|父女|兄弟|姐妹|双胞胎)|[^，。和与及]{0,4})|[两二](?:兄弟|姐妹|夫妻|父子|母女|母子|父女|口子|姐弟|兄妹|弟兄)|(?:弟兄|兄弟|姐妹|母女|父子|爷儿?|娘儿?|哥儿?|姐儿?|夫妻|夫妇|祖孙|母子|父女|兄妹|姐弟|[她他我咱你])俩)"
)
_TRIO: Final = "(?:三(?:兄弟|姐妹|弟兄)|[爷娘哥姐母父]儿?仨|仨人|仨)"
_ONE: Final = f"(?:{_KIN}|{_TRADE}|{_FOLK})"
PERSON: Final = rf"(?:{_PAIR}|{_TRIO}|{_ONE})"
"""A regular expression (no groups) for one or some people named without a number; time linear in the length."""

_PERSON: Final = re.compile(rf"({_TRIO})|({_PAIR})(?:{_ONE})?|(?:{_ONE})+")
_AND: Final = re.compile("^[^，。]{0,4}?(?:和|与|及|以及|跟|加|、|连同|带着)[^，。]{0,10}$")
_LEFT_AND: Final = re.compile(
    "(?:(?:和|与|及|以及|跟|加|、|连同)[^，。和与及、]{0,4}|，(?:还有|以及|外加|加上|连同)[^，。和与及、]{0,8})$"
)
_SAID: Final = re.compile("[：:说道觉“”]|就是")
"""What is told behind these befell nobody who stands before them."""
_FAR: Final = 10
"""Characters between who is named and what befell them."""


def named(before: str) -> int:
    """How many people the last words of `before` name; 0 when they name nobody."""
    people = list(_PERSON.finditer(before))
    if not people or len(before) - people[-1].end() > _FAR or _SAID.search(before, people[-1].end()):
        return 0
    number, place = 0, len(before)
    for person in reversed(people):
        if number and not _AND.match(before[person.end() : place]):
            break
        number += 3 if person[1] else 2 if person[2] else 1
        place = person.start()
    return number


def joined(before: str) -> int:
    """How many people `before` names right before an `and`: 司机和 is one, for 司机和3名乘客."""
    tail = _LEFT_AND.search(before)
    head = before[: tail.start()] if tail else ""
    ends = [person.end() for person in _PERSON.finditer(head)]
    return named(head) if ends and ends[-1] == len(head) else 0
