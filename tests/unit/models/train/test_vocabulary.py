"""What a model may know: words, and nobody's name."""

import pytest

from models.keywords import KeywordWeights
from models.mood import EmotionModel
from models.topic import TopicModel
from models.train.vocabulary import COMMON, LEAST_DOCUMENTS, Admission

LEADERS = (  # noqa: SIM905 (fifty names read better in lines)
    "毛泽东 刘少奇 周恩来 朱德 邓小平 胡耀邦 赵紫阳 华国锋 江泽民 李鹏 朱镕基 胡锦涛 "
    "温家宝 习近平 李克强 张德江 俞正声 刘云山 王岐山 张高丽 栗战书 王沪宁 赵乐际 丁薛祥 "
    "吴邦国 贾庆林 曾庆红 罗干 李长春 贺国强 周永康 薄熙来 令计划 乌兰夫 尉健行 迟浩田 "
    "孙政才 徐才厚 郭伯雄 宋庆龄 荣毅仁 叶剑英 彭德怀 林彪 董必武 杨尚昆 江青 "
).split()
FAMILY_NAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔"
    "谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文"
    "习温施牛樊葛邢安齐伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲"
    "翁冉骆蓝路游辛靳柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳穆司卓古吉缪简项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗"
    "瞿桂佟应臧闵苟邬边卞姬仇栾隋商刁沙荣巫寇桑郎甄丛虞敖巩佘池查麻苑迟邝官封谈匡鞠惠荆冀郁储栗楚鄢谌奚皮粟冼蔺楼傅萧阎"
)
ADMISSION = Admission()


@pytest.mark.parametrize("documents", [LEAST_DOCUMENTS, 10 * COMMON])
def test_the_names_of_leaders_are_no_words(documents: int) -> None:
    """However many write of them, no model weighs them: who is named cannot matter."""
    assert not [name for name in LEADERS if ADMISSION.admits(name, documents)]


def test_a_family_name_with_an_office_is_a_person() -> None:
    """Under the three hundred commonest family names and those of two characters, in however many documents."""
    titled = [f"{name}{office}" for name in (*FAMILY_NAMES, "欧阳") for office in ("书记", "老师")]
    assert not [word for word in titled if word != "欧阳书记" and ADMISSION.admits(word, 10 * COMMON)]


def test_names_of_rarer_family_names_are_no_words() -> None:
    """Those of two characters as well."""
    assert not [name for name in ("欧阳先生", "诸葛亮", "司马懿", "柳宗元") if ADMISSION.admits(name, 10)]


@pytest.mark.parametrize("word", ["安全感", "幸福感", "荣幸", "祝您", "敬爱", "班主任", "习惯", "公开信", "农家乐"])
def test_everyday_words_that_begin_like_names_are_words(word: str) -> None:
    """Many words begin with a rarer family name; the models need them."""
    assert ADMISSION.admits(word, LEAST_DOCUMENTS)


def test_common_words_that_look_like_names_are_words() -> None:
    """谢谢 and 文明 stand in many documents."""
    assert all(ADMISSION.admits(word, COMMON) for word in ("谢谢", "文明", "许可证", "高新区"))


def test_no_model_that_is_served_knows_a_name() -> None:
    """Of leaders or of anybody with an office; in each vocabulary that comes with the program."""
    known = {*TopicModel.load().vocabulary, *TopicModel.measured().vocabulary, *EmotionModel.load().vocabulary}
    known |= KeywordWeights.load().counts.keys()
    assert not known & set(LEADERS)
    assert not [word for word in known if not ADMISSION.admits(word, 10 * COMMON)]
