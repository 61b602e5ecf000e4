"""What may be a denunciation is asked about, ordinary matters are not; guesses put the right choice first."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import facts
from handlers.triage import guess_categories, guess_urgency, maybe_denunciation

DENUNCIATIONS = """
Tôi muốn tố cáo ông trưởng thôn
toi muon to cao ong truong thon
Em xin tố cáo kế toán xã về việc chi tiêu
tôi tcao chủ tịch xã
bà con muốn tốcáo cán bộ
tooi muoons toos caso chur tichj xax
toi lam don to cao gui xa nho chuyen giup
gui don tc ong Nong Van A giup toi
dan muon tc ong truong xom
t.ố c.á.o lãnh đạo xã
TỐ CÁO CÁN BỘ ĐỊA CHÍNH
to61 ca1o chu3 tich5 xa4
Dân tố ông bí thư chi bộ ăn chặn tiền hỗ trợ bão
Ông kế toán thôn tham ô quỹ xóm ba năm nay
ong truong xom an chan gao cuu tro cua ho ngheo
can bo dia chinh nhan 20 trieu cua nha toi de lam bia do
Cán bộ địa chính nhận 12tr của dân mới chịu đo đất
cb xa doi 5tr moi ky giay xac nhan
Chị văn thư đòi phong bì mới trả hồ sơ
muốn nhanh thì phải lót tay cho cán bộ một cửa
đi làm sổ phải đưa 3 triệu cho cán bộ mới xong
phai kep tien cho can bo moi giai quyet
Phó chủ tịch xã nhận hối lộ của chủ mỏ đá
Bí thư chi bộ bớt xén tiền làm đường bê tông
Chủ nhiệm hợp tác xã biển thủ quỹ
Xã lập danh sách khống để lấy tiền hỗ trợ dịch tả lợn
ke toan khai khong so ho de rut tien
trưởng bản khai khống 15 hộ bị thiệt hại sau lũ
Hiệu trưởng lạm thu bỏ túi tiền bán trú
trưởng thôn thu mỗi hộ 500k rồi bỏ túi riêng
Công an xã bao che cho sòng bạc ở xóm Đồng Tâm
cong an vien bao ke cho quan karaoke
kiểm lâm thông đồng với lâm tặc chở gỗ ban đêm
Kiểm lâm địa bàn làm ngơ cho xe chở gỗ
Chủ tịch xã chiếm đất công xây nhà cho con
truong thon chiem dat cong cua xom ban lay tien
Cán bộ xã cấp đất sai cho người quen
công an xã đánh dân trong lúc lấy lời khai
trưởng công an xã đánh đập cháu tôi ở trụ sở
Phó bí thư dùng bằng giả để lên chức
Trưởng xóm đưa người nhà vào danh sách hộ nghèo
to truong cho em ruot minh vao danh sach ho ngheo de huong tien
trưởng bản giữ lại tiền hỗ trợ của 9 hộ không phát
Cán bộ chính sách vòi vĩnh người có công
cán bộ một cửa nhũng nhiễu dân, phải có quà mới làm
ông Ma Văn B cán bộ thuế nhận tiền của hộ kinh doanh để bỏ qua
Ban quản lý rút ruột công trình nước sạch
nha thau thong dong voi can bo rut ruot xi mang
nhà thầu ăn bớt sắt thép, giám sát ăn chia
ong pct xa an tien cua nha thau
mấy ông ở xã chia chác tiền đền bù
quỹ vì người nghèo bị thủ quỹ tiêu riêng hết rồi
truong xom gia chu ky cua dan de nhan tien
kế toán giả chữ ký 12 hộ rút tiền hỗ trợ
lãnh đạo xã lợi dụng chức vụ bán đất rừng
chủ tịch phường quan hệ bất chính với nhân viên
Trưởng công an uống rượu đánh người ở quán
bí thư xóm đánh bạc với thanh niên
hieu truong sam so hoc sinh
giám đốc hợp tác xã trục lợi tiền hỗ trợ
cán bộ dọa không ký giấy nếu không đưa 2 củ
ca phuong nhan cua quan 5 cu moi thang
có tiền mới làm, không có phong bì là cán bộ ngâm hồ sơ
đút lót cho địa chính mới được tách thửa
Người dân phanh phui chủ tịch xã cũ bán đất trái phép
Bà con bức xúc vì trưởng ban quản lý gian dối tiền điện
Cán bộ thú y tiêu xài hết tiền hỗ trợ lợn chết
ko dua tien thi can bo khong giai quyet, phai dua 1tr moi xong
lanh dao xa tru dap nguoi phan anh
trưởng xóm tự ý bán xi măng của nhà nước cho
bảo giúp bà con là ông trưởng thôn chấm mút tiền làm nhà văn hóa
Có người nói bí thư chi bộ cầm 7 triệu của nhà ông Lành để xin cho con đi bộ đội
bác trưởng thôn lấy mất 3 bao xi măng nông thôn mới mang về nhà
Phó trưởng công an phường thường xuyên nhận quà của chủ sới gà
dân nghi ngờ kế toán xã sửa sổ sách quỹ đền ơn đáp nghĩa
cán bộ khuyến nông bán phân bón hỗ trợ ra ngoài lấy tiền
ong chu tich hoi nong dan an chan tien vay cua hoi vien
Hiệu trưởng trường tiểu học khai thêm học sinh bán trú để hưởng gạo
Trưởng thôn có dấu hiệu tham ô tiền bán gỗ làng
to cao doan thanh tra xa lam viec gian doi
xin phản ánh việc trưởng ban quản lý chợ thu tiền chỗ ngồi không có biên lai rồi ăn chia
cán bộ đo đất gợi ý nhà tôi đưa 10 triệu mới cho tách thửa
Cán bộ tư pháp xã lấy 300 nghìn một bản chứng thực, cao hơn quy định
truong xom ke khai gian so khau de an tien ho tro
ông A. bí thư thôn ta có con đi làm mà vẫn hưởng hộ nghèo vì là người nhà cán bộ
lãnh đạo xã cho doanh nghiệp đào đất trái phép, chắc là nhận tiền rồi
công an xã thả người đánh bạc vì nhận tiền
tôi muốn gửi đơn tố cáo nhưng sợ bị trả thù
csgt xa bat xe roi doi tien moi tha
chị kế toán hợp tác xã ôm quỹ bỏ trốn
cán bộ xã lạm dụng chức vụ cho em trai trúng thầu
thầy giáo bản dâm ô học sinh lớp 4
trưởng trạm y tế lấy thuốc bảo hiểm đem bán
Ông Hoàng Văn T, trưởng bản, thu tiền điện cao hơn giá rồi bỏ túi phần chênh
y sĩ trạm xá đòi bồi dưỡng mới tiêm
bà Chi hội trưởng phụ nữ chiếm dụng tiền tiết kiệm của chị em
xin bác cho hỏi, cán bộ nhận phong bì thì báo ai
toi xin tc viec ong pho thon ban dat cong
ong cb dia chinh vs chu tich xa cau ket lam so do cho ng nha
mấy bố công an xã nhậu say đập phá quán dân
trưởng xóm bán rừng chung của xóm cho công ty
chủ tịch chỉ đạo phá đường để mở cho nhà mình
xóm tôi trưởng xóm cắt bớt mỗi hộ 50 nghìn tiền tết hộ nghèo
Hội trưởng hội người cao tuổi tiêu quỹ hội hết mà không báo ai
ong bi thu gui tien du an vao tai khoan vo
cán bộ chia đất dịch vụ cho họ hàng trước, dân không có
đảng viên sinh con thứ ba mà không bị xử lý
kế toán xã nâng khống giá mua bàn ghế
cán bộ đi thu thuế ghi phiếu 200 thu 300
Nhà tôi làm sổ đỏ hai năm, địa chính bảo phải chạy 8 triệu mới xong
trưởng xóm chia gạo cứu trợ thiếu, mỗi hộ mất 5 cân
Có hộ giàu vẫn được nhận tiền bão vì là em của bí thư
chủ tịch xã lấy xe công đi ăn cưới
cán bộ chính sách khai tên người chết để lĩnh trợ cấp
Ông trưởng bản nhận lời bán suối cho mỏ vàng, lấy 50 triệu
ong bi thu chi bo cho con dau dung ten ho ngheo
trưởng công an xã cho vay nặng lãi
Xã thu tiền đổ đường mỗi khẩu 1 triệu mà không quyết toán, nghi trưởng thôn ăn chặn
tôi biết rõ phó chủ tịch lấy đất tái định cư chia cho nhà mình
bà thủ quỹ hội phụ nữ lấy tiền tiết kiệm đi đánh đề
hiệu trưởng bắt phụ huynh nộp 2 triệu tiền chạy lớp
công an xã tha cho kẻ trộm vì là cháu
to cao viec ban rung trai phep cua truong ban
Mấy anh kiểm lâm ăn tiền lâm tặc
giám đốc trung tâm hành chính công nhận hối lộ
ong ke toan lap phieu chi gia
cán bộ văn hóa xã làm giả hồ sơ người có công
Nguyễn Văn X, trưởng thôn Y, tham ô 30 triệu
nhờ bot chuyển giúp đơn tố cáo này tới huyện
em trai chủ tịch trúng hết các gói thầu, chắc chắn có ăn chia
Trưởng trạm y tế kê thuốc ma để lấy tiền
con ông bí thư đánh người mà công an xã bao che
Phản ánh ông phó thôn thu tiền vệ sinh hai lần
đề nghị làm rõ việc kế toán thôn rút 40 triệu quỹ không lý do
trưởng xóm vận động dân hiến đất rồi bán lại cho công ty
bí thư đoàn xã ăn hoa hồng tiền mua áo đồng phục
phó ban quản lý chợ nhận tiền chỗ đẹp rồi xếp cho người quen
Trưởng bản chặt cây gỗ quý trong rừng cộng đồng đem về làm nhà
ông công an viên hay vào nhà dân khám xét bừa bãi rồi lấy đồ
cán bộ môi trường nhận của công ty để không lập biên bản
trưởng thôn gian lận trong bầu cử
to cao ve viec thu tien lam duong
ke toan truong mam non an bot tien an cua cac chau
ông phó chủ tịch có 3 lô đất ở khu tái định cư không biết ở đâu ra
bí thư chi bộ sống chung với vợ người khác
cán bộ hộ tịch đòi 1 triệu làm khai sinh
Chủ tịch mặt trận xã giữ tiền ủng hộ đồng bào lũ lụt
nghe noi ca xa an tien cua may thang buon go
ông Sơn trưởng xóm ép dân ký giấy trắng
cán bộ y tế khai khống tiêm vắc xin
cán bộ thuế bỏ sót hộ quen biết, thu nặng hộ nghèo để lấy quà
phó công an xã thả xe vi phạm sau khi nhận phong bì
Ông bí thư đoàn khai man lý lịch để vào biên chế
thon truong thu tien nuoc khong nop len tren ma tieu
Giám đốc hợp tác xã bán đất của xã viên
Hội trưởng phụ nữ ghi tên 5 hộ ảo vay vốn
trưởng phòng kinh tế xã nhận 200 triệu của doanh nghiệp cát
em thay co giao thu tien roi khong dua cho truong
chủ tịch xã cho con trai đứng tên 3 ha rừng
ke toan ubnd lam gia chung tu
xin tố giác trưởng bản tiếp tay cho lâm tặc
muon to cao nhung khong biet gui ai
bà con tố trưởng thôn ăn tiền gạo
địa chính hứa làm sổ, cầm của nhà tôi 25 triệu rồi im luôn
Phản ánh cán bộ dùng nhà văn hóa mở quán riêng
trưởng xóm hưởng tiền hộ nghèo trong khi nhà có ô tô
""".strip().splitlines()

ORDINARY = """
Tố cáo là gì?
to cao la gi
Luật Tố cáo quy định thế nào
Mẫu đơn tố cáo lấy ở đâu
Đề nghị tập huấn Luật Khiếu nại, Luật Tố cáo cho hòa giải viên
Xóm ba năm liền không có đơn khiếu nại, tố cáo vượt cấp
cay to cao qua sap do vao duong dien
nhà to cao che hết ánh sáng nhà bên
Đề nghị công an xử lý trộm chó ở xóm
de nghi cong an xu ly nhom danh bac o quan nuoc
Đề nghị công an xã xử lý nhóm thanh niên đánh người ở cầu treo
Báo công an có đối tượng bán ma túy gần trường
chưa nhận tiền hỗ trợ bão số 3
nha toi chua nhan tien den bu
Các hộ đã nhận tiền đền bù nhưng chưa có đất tái định cư
bao giờ dân được nhận tiền trợ cấp?
Trưởng xóm đi nhận tiền hỗ trợ về phát cho bà con
can bo tc huyen ve hop
cán bộ tổ chức về xã kiểm tra
ban tổ chức lễ hội xin kinh phí
xin tc hoi nghi dai doan ket
thon muon tc le hoi long tong
Đường vào bản Nà Lẹng lầy lội, xe máy không đi được
duong be tong bi sat sau mua, xe cho hoc sinh khong qua duoc
Mất điện từ tối qua, cả xóm không có nước bơm
mat nuoc sinh hoat 5 ngay nay
Trạm biến áp quá tải, điện yếu không nấu nổi cơm
Rác ven suối bốc mùi, đề nghị thu gom
trai lon xa thai ra suoi hoi thoi
Hồ sơ cấp sổ đỏ quá hẹn hai tháng chưa có kết quả
Cán bộ một cửa hẹn đi hẹn lại bốn lần
thái độ cán bộ tiếp dân rất hách dịch
cb tu phap noi nang kho nghe voi nguoi gia
Hai nhà tranh chấp ranh giới vườn, nhờ hòa giải
ong Binh lan chiem via he ban hang
Hộ ông Sáu xây nhà trái phép trên hành lang đường
Xin hỗ trợ nhà tạm cho hộ bà Lường Thị Mến
Xin vay vốn ngân hàng chính sách để nuôi trâu
de nghi xet lai ho ngheo cho nha ong Tu
Trợ cấp người khuyết tật tháng này chưa có
thẻ bhyt của mẹ tôi hết hạn
Trạm y tế hết thuốc huyết áp
lon chet nhieu, nghi dich ta
Đề nghị kiểm lâm kiểm tra việc chặt rừng đầu nguồn
Báo kiểm lâm có người phá rừng ở Khuổi Mản
de nghi xa cho nguoi xuong kiem tra bai khai thac cat
xe qua tai chay nat duong, de nghi csgt xu ly
thanh niên đua xe nẹt pô lúc nửa đêm
Trộm vào hai nhà lấy xe máy
bị lừa đảo chiếm đoạt 20 triệu qua mạng
ke gian gia danh cong an lua dao nguoi gia
Có người giả danh cán bộ đi thu tiền, đề nghị cảnh báo bà con
Cháu Hùng nghiện ma túy hay đập phá
chồng say rượu đánh vợ, đề nghị công an can thiệp
Cháy rừng ở đỉnh Khau Mạ, cần người gấp
dien giat chet trau, day dien dut
Sóng điện thoại yếu, không gọi được
Đề nghị lắp đèn đường đoạn cổng chợ
Nhà văn hóa dột, xin kinh phí sửa
Đề nghị công khai các khoản thu chi quỹ làm đường
Trường thu nhiều khoản đóng góp đầu năm, phụ huynh có ý kiến
Đề nghị xem lại giá đền bù đất vườn
nghia vu quan su goi khong deu giua cac xom
Sáp nhập xóm lấy tên mới, dân muốn giữ tên cũ
phụ cấp chi hội trưởng phụ nữ quý này chưa về
Tôi là trưởng xóm Đồng Chuối, báo cáo có hộ bị tốc mái
Trưởng thôn đề nghị hỗ trợ 3 hộ bị lũ cuốn nhà bếp
Trưởng xóm vận động 20 hộ hiến đất làm đường
Bí thư chi bộ vận động con cháu không thách cưới
Chi hội trưởng phụ nữ nhận 30 triệu vốn vay giúp 3 hộ nghèo nuôi bò
Chi bộ học tập nghị quyết phòng chống tham nhũng
Tuyên truyền phòng, chống tham nhũng, tiêu cực tại nhà văn hóa
Vận động nhân dân tố giác tội phạm, lắp 6 camera
công an xã bắt nhóm đánh bạc, bà con rất mừng
Công an xã tuyên truyền không uống rượu lái xe
Cảm ơn cán bộ xã đã giúp đỡ gia đình tôi
Cán bộ xã bị đánh khi đi vận động, đề nghị xử lý
đối tượng chửi bới, hành hung cán bộ trạm y tế
Đoàn thanh niên tổ chức dọn vệ sinh
Hội người cao tuổi trồng 300 m đường hoa
to nguoi cao tuoi trong hoa
tổ liên gia lập quỹ 12tr4 mua bình chữa cháy
mỗi vụ chè bỏ túi 80 triệu, hộ anh Chu Văn Páo thoát nghèo
Bà con lấy tiền công làm đường ủng hộ quỹ khuyến học
dan gop tien mua loa dai cho xom
Cầu treo gãy dây, học sinh không sang được trường
Chó dại cắn hai người
Nước giếng có mùi lạ sau khi trại lợn hoạt động
Hàng quán bán đồ hết hạn cho học sinh
cây đổ chắn đường, nhờ xã cho người dọn
Xin hỏi thủ tục khai sinh cho cháu
Đề nghị chủ tịch xã đối thoại với dân về bãi rác
de nghi chu tich xa xuong xem duong
nhờ cán bộ địa chính xuống đo lại thửa đất
cán bộ địa chính chưa xuống đo đất
Mong cán bộ thú y tiêm phòng sớm
không có tiền thì không mua được thuốc cho mẹ
đường hỏng, phải mất 2 tiếng mới đến trạm xá
bà con phải nộp 200 nghìn tiền nước, xin hỏi đã đúng chưa
Thu tiền vệ sinh cao hơn xóm bên, đề nghị giải thích
Loa phường kêu sớm quá
Trâu nhà ông Páo phá lúa nhà bà Mỷ
công ty nợ lương công nhân 3 tháng
Đập đầu mối rò nước, ruộng cạn
Cống tắc, nước ngập vào trường mầm non
truong mam non thieu phong hoc
Giáo viên bản thiếu nhà công vụ
Xe khách chạy ẩu, suýt đâm học sinh
nổ mìn khai thác đá rung nứt tường nhà dân
Đội trưởng đội bóng xóm xin sân tập
Ông Phương lấy vợ xa, nhà để hoang cháy cỏ
Kính đề nghị ubnd xã xem xét hỗ trợ gia đình chị Hoa mới mất trâu
de nghi nganh dien thay cot dien nghieng o dau xom
Xóm mong được đổ bê tông đoạn từ nhà ông Đức đến nhà bà Lý
Cán bộ xã về họp dân rất nhiệt tình, bà con phấn khởi
bà con đề nghị lãnh đạo xã trả lời rõ việc thu tiền nước
Nhà ông Lò bị sập bếp do mưa lớn
đề nghị công an kiểm tra tạm trú công nhân thuê trọ
xe ben chở đất làm bụi cả làng, trẻ con ho
hoi ve che do cho nguoi nhiem chat doc da cam
gia đình liệt sĩ chưa được sửa mộ
Mẹ tôi 81 tuổi chưa có lương hưu xã hội
đề nghị cấp lại thẻ bảo hiểm cho cháu
Hai anh em ông Quý đánh nhau vì bờ ruộng
Cô giáo nghỉ dạy nhiều, lớp phải ghép
hoc sinh bo hoc di lam cong ty
nhà bà Nhung nuôi gà mùi hôi quá trời
Xin cho biết lịch tiếp dân của chủ tịch xã
Đề nghị xem lại việc bình xét hộ cận nghèo năm nay
bà con chưa đồng ý giá đền bù, mong cán bộ giải thích
cán bộ địa chính hẹn mãi không ra đo
máy xúc múc đồi sau trường, sợ sạt
đêm qua có trộm vào lấy 12 con gà
Đối tượng lạ mặt rải tờ rơi truyền đạo
Trưởng thôn xin kinh phí 20 triệu sửa kênh
Chi bộ vận động đảng viên ủng hộ 5 triệu cho hộ cháy nhà
Tổ trưởng tổ dân phố kêu gọi mỗi nhà góp 100 nghìn lắp camera
Công an viên phát hiện và thu giữ pháo nổ
Nhờ công an xử lý ông Tám say rượu đe dọa hàng xóm
đường liên thôn bị nhà anh Dũng lấn chiếm để vật liệu
nước máy đục, uống vào đau bụng
chợ xã không có chỗ để xe
Đề nghị mở lớp dạy nghề chè
Vi phạm hành lang lưới điện, cây chạm dây
Đề nghị cán bộ hướng dẫn làm hồ sơ vay vốn
lo de nhieu o quan ba Tam
Thanh niên nghiện hút tụ tập nhà hoang
tai nan o nga ba, mong lam go giam toc
Tôi là bí thư chi bộ, xin phản ánh tình trạng khai thác cát trên sông
Tôi trưởng bản Nà Khoang báo có hộ bị lừa tiền qua điện thoại
dân lấn đất rừng phòng hộ làm nương, kiểm lâm cần vào cuộc
người dân muốn biết quỹ xóm còn bao nhiêu
Ban công tác Mặt trận vận động 15 triệu làm nhà cho hộ nghèo
Phó chủ tịch xã trao quà cho hộ nghèo dịp tết
Trưởng công an xã xuống thăm hỏi gia đình bị cháy
Được cán bộ hướng dẫn, bà con nhận tiền hỗ trợ qua thẻ
Hộ bà Vân chưa được nhận tiền giống
Đề nghị trả lời đơn kiến nghị ngày 5/10
Không đồng ý quyết định xử phạt của chủ tịch xã
khiếu nại quyết định thu hồi đất
cột sóng to cao gần nhà dân sợ sét
vận động bà con giữ rừng, không chặt gỗ
Cán bộ trạm bơm không mở nước đúng lịch
hộ anh Sùng xây chuồng trâu trên đất của nhà văn hóa
công an xã và dân quân giúp dân chạy lũ
Học sinh đánh nhau ở cổng trường
bố đánh con bầm tím, nhờ công an
Cho hỏi mấy giờ trung tâm hành chính công làm việc
bò nhà tôi bị lở mồm long móng
đề nghị nhà trường công khai thực đơn bán trú
Nhân viên điện lực ghi sai số điện nhà tôi
giáo viên dạy thêm ngoài giờ, phụ huynh thấy tốn kém
Bác sĩ trạm y tế khám rất chu đáo
cán bộ thú y chưa xuống tiêm phòng
Nhân viên thu gom rác bỏ qua ngõ 3
thay giao chu nhiem de nghi xa ho tro sach cho hoc sinh
Mong xã mở rộng cầu tràn
Bí thư Đảng ủy xã về dự ngày hội đại đoàn kết
y tá thôn bản xin thêm thuốc
Cháu Nhi 14 tuổi sắp bị gả chồng
gia dinh chi Lan bi chong danh nhieu lan
Mưa đá làm thủng mái 40 nhà
Quán net mở quá 12 giờ đêm
xe tai cho xi mang lam vo cong
sổ đỏ ghi sai tên mẹ tôi
làm lại căn cước mất bao nhiêu tiền
bà con xin giống ngô
cây xăng bán thiếu, đề nghị kiểm tra
ruộng bị ngập do đập xả nước
ho so ket hon thieu giay gi
trưởng thôn họp dân lấy ý kiến về tên xóm mới
cô giáo mầm non đánh rơi ví, ai nhặt được
Đề nghị cấp trên cho bầu lại trưởng thôn vì đã hết nhiệm kỳ
đề nghị tăng phụ cấp cho bí thư chi bộ và trưởng xóm
chủ nhiệm nhà văn hóa xin mua loa
chó nhà hàng xóm sủa cả đêm
sáng nay công an xã tổ chức làm căn cước lưu động
cơ sở giết mổ xả máu ra mương
mấy hộ chưa nộp quỹ, trưởng xóm nhắc nhiều lần
Hội nghị trao đổi với cán bộ xã rất cởi mở
lãnh đạo xã tiếp thu ý kiến về điện
đất nhà tôi bị ghi thiếu diện tích trong quyết định
Đề nghị kiểm tra xe chở cát chạy đêm
trưởng thôn thông báo lịch cắt điện muộn quá
cán bộ xã đến nhà vận động tiêm chủng
thuế đất năm nay cao hơn năm ngoái
Cầu treo mục ván, trẻ con đi học nguy hiểm
nhà văn hóa xóm thiếu bàn ghế
bà Thìn bán rượu gây ồn
tôi muốn hỏi về chế độ thai sản
sao chưa ai xuống xem sạt lở
mương bị lấp, lúa cháy khô
cô giáo xin chuyển điểm trường
xe khách bỏ bến
Chủ tịch xã trả lời dân về tiến độ đường, cảm ơn
bãi rác tạm đầy rồi
trưởng xóm ốm, xin cử người thay
hộ ông Quang chuyển đi chưa cắt khẩu
lợn nhà chị Sen chết 5 con
đề nghị bắt chó thả rông
mất sóng 3 ngày
công an hướng dẫn cài vneid chưa được
đề nghị sửa cầu treo Bản Chang
tre con tam suoi nguy hiem can bien bao
trưởng thôn đi vắng, không ai ký giấy
bao gio cap tien ho tro lua chet
lớp học thiếu quạt
xin cán bộ chỉ cách nộp hồ sơ qua mạng
ông Lương chặn nước ruộng của tôi
công an phường nhắc quán karaoke rồi vẫn ồn
bảo hiểm nông dân chi trả chậm
nghi nguồn nước nhiễm chì
hai hộ cãi nhau vì con trâu
đường dây điện sà xuống sân
xin sang tên sổ đỏ cho con
nhà máy xả khói đen ban đêm
trưởng xóm báo cáo 3 hộ mất mùa
""".strip().splitlines()


@pytest.mark.parametrize("text", DENUNCIATIONS)
def test_a_denunciation_is_asked_about(text: str) -> None:
    assert maybe_denunciation(text)


@pytest.mark.parametrize("text", DENUNCIATIONS)
def test_also_in_nfd_and_in_capitals(text: str) -> None:
    assert maybe_denunciation(unicodedata.normalize("NFD", text))
    assert maybe_denunciation(text.upper())


def test_also_without_any_marks() -> None:
    missed = [text for text in DENUNCIATIONS if not maybe_denunciation(_bare(text))]
    assert missed == []


def test_ordinary_matters_are_not_asked_about() -> None:
    asked = [text for text in ORDINARY if maybe_denunciation(text)]
    assert asked == []


def test_ordinary_matters_without_marks_are_rarely_asked_about() -> None:
    asked = [text for text in ORDINARY if maybe_denunciation(_bare(text))]
    assert len(asked) <= len(ORDINARY) * 3 / 100, asked


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "🙂", "ố" * 5000, "tố " * 3000, "中文 tố", "<b>&amp;</b>", "0\u0301"]
)
def test_any_text_is_judged(text: str) -> None:
    assert maybe_denunciation(text) is False
    assert guess_urgency(text) in facts.urgencies()


@given(st.text(max_size=200))
def test_nothing_typed_raises(text: str) -> None:
    maybe_denunciation(text)
    assert set(guess_categories(text)) <= set(facts.categories())
    assert guess_urgency(text) in facts.urgencies()


PHRASES = sorted({phrase for phrases in facts.triage().values() for phrase in phrases})


@given(st.lists(st.sampled_from([*PHRASES, "2", "15tr", ".", "ông A"]), max_size=12))
def test_no_order_of_its_own_phrases_raises(phrases: list[str]) -> None:
    assert maybe_denunciation(" ".join(phrases)) in (True, False)
    guess_urgency(" ".join(phrases))


@given(st.sampled_from(DENUNCIATIONS), st.sampled_from(ORDINARY))
def test_an_accusation_is_found_beside_something_else(accusation: str, other: str) -> None:
    assert maybe_denunciation(f"{other}.\n{accusation}")


@pytest.mark.parametrize(
    "hidden", ["toi to\u200b cao ong truong xom", "tôi tố\u00adcáo ông trưởng xóm", "tố-cáo, cán bộ xã"]
)
def test_invisible_characters_hide_nothing(hidden: str) -> None:
    assert maybe_denunciation(hidden)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Cống qua đường vào xóm Khe Cạn sập, xe không qua được", "giao_thong"),
        ("duong vao xom day o ga, xe may di lai kho", "giao_thong"),
        ("mat dien tu chieu qua, ca xom toi om", "dien"),
        ("Đèn đường ngõ 7 cháy bóng cả tháng", "do_thi_chieu_sang"),
        ("Trại lợn xả nước thải ra suối, mùi hôi thối", "moi_truong"),
        ("lon nha ba Mo chet, nghi dich ta lon", "nong_nghiep_thu_y"),
        ("Hồ sơ nộp một cửa quá hẹn mười ngày", "thu_tuc_hanh_chinh"),
        ("lam giay khai sinh cho chau phai di lai nhieu lan", "ho_tich_chung_thuc"),
        ("Nhóm lạ mặt cho vay tín dụng đen, đòi nợ đập phá", "an_ninh_trat_tu"),
        ("Con nghiện vứt kim tiêm sau nhà văn hóa", "ma_tuy"),
        ("xin cap lai the bao hiem y te cho me", "bhxh_bhyt"),
        ("Sóng điện thoại 4g yếu ở bản Khuổi Nà", "vien_thong_so"),
        ("Chồng chị Hoa hay đánh vợ, bạo hành cả con nhỏ", "bao_luc_gia_dinh_tre_em"),
        ("nghia vu quan su goi hai anh em mot nha", "nghia_vu_quan_su"),
        ("Giá đền bù giải phóng mặt bằng thấp hơn thị trường", "giai_phong_mat_bang"),
        ("kenh muong bi lap, ruong khong co nuoc tuoi", "thuy_loi_nuoc_sach"),
    ],
)
def test_the_right_category_is_offered_first(text: str, category: str) -> None:
    assert guess_categories(text)[0] == category


def test_nothing_is_guessed_from_nothing() -> None:
    assert guess_categories("xin chào, cảm ơn nhiều") == []
    assert len(guess_categories("đường điện nước rác trộm cháy lũ lợn chết " * 3)) == 4


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("Nhà ông Tư đang cháy, gió to", "khan_cap"),
        ("chay rung o doi Pu Cay", "khan_cap"),
        ("dây điện đứt rơi xuống ruộng", "khan_cap"),
        ("Đề nghị tập huấn phòng cháy rừng", "cao"),
        ("Đề nghị hỗ trợ sau bão số 3", "cao"),
        ("Đường sạt, xe không qua được", "cao"),
        ("Xin cấp lại thẻ bảo hiểm y tế", "binh_thuong"),
        ("Góp ý về lâu dài nên có sân chơi cho trẻ", "thap"),
    ],
)
def test_urgency_follows_the_words(text: str, urgency: str) -> None:
    assert guess_urgency(text) == urgency


def test_a_chosen_category_gives_its_own_urgency() -> None:
    assert guess_urgency("có việc cần báo", "ma_tuy") == "cao"
    assert guess_urgency("có việc cần báo", "khac") == "binh_thuong"


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in plain if not unicodedata.combining(c))
